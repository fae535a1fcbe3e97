// Reads a voucher's QR code with the camera and sends it by the form that also takes a typed code.
const form = document.querySelector("form[data-scan]")
const said = form?.querySelector("[data-said]")

const say = (text) => {
  said.hidden = false
  said.textContent = text
}

const scan = () => {
  const start = form.querySelector("[data-start]")
  const camera = form.querySelector("[data-camera]")
  let scanner = null
  start.hidden = false

  const found = (result) => {
    scanner.stop()
    form.elements.code.value = result.data
    form.requestSubmit()
  }

  const open = async () => {
    start.hidden = true
    camera.hidden = false
    try {
      const { default: QrScanner } = await import(form.dataset.library)
      const options = { preferredCamera: "environment", returnDetailedScanResult: true }
      scanner ??= new QrScanner(camera.querySelector("video"), found, options)
      await scanner.start()
      form.elements.code.blur() // no keyboard over the picture
      sessionStorage.setItem("scan", "on")
    } catch {
      camera.hidden = true
      start.hidden = false
      say(form.dataset.denied)
      sessionStorage.removeItem("scan")
    }
  }

  start.addEventListener("click", open)
  if (sessionStorage.getItem("scan") === "on") open() // the next person is already there
}

if (form && navigator.mediaDevices?.getUserMedia) scan()
else if (form) say(form.dataset.missing)
