// Reads a voucher's QR code with the camera and sends it by the form that also takes a typed code.
const form = document.querySelector("form[data-scan]")
if (form && navigator.mediaDevices?.getUserMedia) {
  const start = form.querySelector("[data-start]")
  const camera = form.querySelector("[data-camera]")
  const said = form.querySelector("[data-said]")
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
      scanner ??= new QrScanner(camera.querySelector("video"), found, { preferredCamera: "environment", returnDetailedScanResult: true })
      await scanner.start()
      sessionStorage.setItem("scan", "on")
    } catch {
      camera.hidden = true
      start.hidden = false
      said.textContent = form.dataset.denied
      sessionStorage.removeItem("scan")
    }
  }

  start.addEventListener("click", open)
  if (sessionStorage.getItem("scan") === "on") open() // the next person is already there
}
