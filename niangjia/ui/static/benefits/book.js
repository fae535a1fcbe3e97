// Books without leaving the page, and asks again by itself when very many people are booking at once.
// Without this script the form posts the pass to the same address and is redirected.
(() => {
  const form = document.querySelector("form[data-book]")
  if (!form) return
  const button = form.querySelector("button")
  const said = form.querySelector("[data-said]")
  const words = form.dataset
  const label = button.innerHTML
  const MOST = 20

  const say = (text) => { said.textContent = text }
  const rest = (text, shown) => { say(text); button.disabled = false; button.innerHTML = shown }
  // The page that a form without this script is sent to: it says what has come of the asking.
  const told = (outcome) => window.location.replace(`${words.after}?outcome=${outcome}`)
  const later = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000))

  const wait = (answer, attempt) => {
    const told = Number(answer?.headers.get("Retry-After")) || 1
    return Math.min(told, 30) + Math.random() * Math.min(2 ** attempt, 8)
  }

  const ask = async () => {
    const headers = { Authorization: `Bearer ${form.elements.pass.value}`, Accept: "application/json" }
    const answer = await fetch(form.action, { method: "POST", headers, credentials: "omit" })
    const body = await answer.json().catch(() => ({}))
    return [answer, body]
  }

  const book = async () => {
    button.disabled = true
    button.textContent = words.busy
    say("")
    for (let attempt = 0; attempt < MOST; attempt += 1) {
      let answer, body
      try { [answer, body] = await ask() } catch { answer = null }
      if (answer?.ok) return told(body.status)
      if (answer && [401, 403, 409, 410].includes(answer.status)) return told(body.type?.split("/").pop())
      if (answer && ![425, 503].includes(answer.status)) return rest(body?.detail || words.lost, label)
      say(answer ? words.queue : words.lost)
      await later(wait(answer, attempt))
    }
    rest(words.lost, words.again)
  }

  form.addEventListener("submit", (event) => { event.preventDefault(); book() })
})()
