// Books without leaving the page. While the answer is awaited it tells the place in line; where too many ask at once it
// tells how many gifts are left and when it asks again, and does so by itself.
// Without this script the form posts the pass to the same address and is redirected.
(() => {
  const form = document.querySelector("form[data-book]")
  if (!form) return
  const button = form.querySelector("button")
  const said = form.querySelector("[data-said]")
  const words = form.dataset
  const label = button.innerHTML
  const headers = { Authorization: `Bearer ${form.elements.pass.value}`, Accept: "application/json" }
  const MOST = 40
  const LOOK = 2000

  const say = (text) => { said.textContent = text }
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name])
  const rest = (text, shown) => { say(text); button.disabled = false; button.innerHTML = shown }
  // The page that a form without this script is sent to: it says what has come of the asking.
  const told = (outcome) => window.location.replace(`${words.after}?outcome=${outcome}`)
  const later = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000))
  const left = (body) => (Number.isInteger(body?.left) ? ` ${fill(words.left, body)}` : "")

  const pause = (answer, attempt) => {
    const asked = Number(answer?.headers.get("Retry-After")) || 1
    return Math.ceil(Math.min(asked, 60) + Math.random() * Math.min(2 ** attempt, 8))
  }

  const look = async () => {
    try {
      const answer = await fetch(words.queue, { headers, credentials: "omit", cache: "no-store" })
      const body = answer.ok ? await answer.json() : {}
      return body.place ? fill(words.place, body) + left(body) : ""
    } catch { return "" }
  }

  const ask = async () => {
    let waiting = true
    const watch = setInterval(async () => {
      const text = await look()
      if (waiting && text) say(text)
    }, LOOK)
    try {
      const answer = await fetch(form.action, { method: "POST", headers, credentials: "omit" })
      return [answer, await answer.json().catch(() => ({}))]
    } catch {
      return [null, {}]
    } finally {
      waiting = false
      clearInterval(watch)
    }
  }

  const book = async () => {
    button.disabled = true
    button.textContent = words.busy
    say("")
    for (let attempt = 0; attempt < MOST; attempt += 1) {
      const [answer, body] = await ask()
      if (answer?.ok) return told(body.status)
      if (answer && [401, 403, 409, 410].includes(answer.status)) return told(body.type?.split("/").pop())
      if (answer && ![425, 503].includes(answer.status)) return rest(body.detail || words.lost, label)
      const seconds = pause(answer, attempt)
      say(answer ? fill(words.full, { seconds }) + left(body) : words.lost)
      await later(seconds)
    }
    rest(words.lost, words.again)
  }

  form.addEventListener("submit", (event) => { event.preventDefault(); book() })
})()
