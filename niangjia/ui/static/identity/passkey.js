// Passkeys: forms marked data-passkey="create|get|login" take their options from #passkey-options (or, to log in,
// from their own address), have the browser ask its owner, and post what it answers.
(() => {
  const toBytes = (text) => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (c) => c.charCodeAt(0))
  const toText = (buffer) => {
    const letters = String.fromCharCode(...new Uint8Array(buffer))
    return btoa(letters).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '')
  }
  const opened = (list) => (list || []).map((one) => ({ ...one, id: toBytes(one.id) }))

  const create = async (form, options) => {
    const asked = { ...options.publicKey, challenge: toBytes(options.publicKey.challenge) }
    asked.user = { ...asked.user, id: toBytes(asked.user.id) }
    asked.excludeCredentials = opened(asked.excludeCredentials)
    const alone = form.elements.passwordless && form.elements.passwordless.checked
    asked.authenticatorSelection = {
      ...asked.authenticatorSelection,
      residentKey: alone ? 'required' : 'discouraged',
      requireResidentKey: alone,
      ...(alone ? { userVerification: 'required' } : {})
    }
    const made = await navigator.credentials.create({ publicKey: asked })
    return written(made, {
      attestationObject: toText(made.response.attestationObject),
      transports: made.response.getTransports ? made.response.getTransports() : []
    })
  }

  const get = async (options) => {
    const asked = { ...options.publicKey, challenge: toBytes(options.publicKey.challenge) }
    asked.allowCredentials = opened(asked.allowCredentials)
    const shown = await navigator.credentials.get({ publicKey: asked })
    const { authenticatorData, signature, userHandle } = shown.response
    return written(shown, {
      authenticatorData: toText(authenticatorData),
      signature: toText(signature),
      userHandle: userHandle ? toText(userHandle) : null
    })
  }

  const written = (credential, response) => ({
    type: credential.type,
    id: credential.id,
    rawId: toText(credential.rawId),
    authenticatorAttachment: credential.authenticatorAttachment,
    clientExtensionResults: credential.getClientExtensionResults(),
    response: { clientDataJSON: toText(credential.response.clientDataJSON), ...response }
  })

  const ceremony = async (form) => {
    if (form.dataset.passkey === 'login') {
      const answer = await fetch(form.action, { headers: { Accept: 'application/json' } })
      if (!answer.ok) throw new Error(`The server answered ${answer.status}`)
      return get((await answer.json()).request_options)
    }
    const options = JSON.parse(document.getElementById('passkey-options').textContent)
    return form.dataset.passkey === 'create' ? create(form, options.creation_options) : get(options.request_options)
  }

  for (const form of document.querySelectorAll('form[data-passkey]')) {
    if (!window.PublicKeyCredential) continue
    form.hidden = false
    const failed = form.querySelector('[data-passkey-failed]')
    form.querySelector('[data-passkey-start]').addEventListener('click', async () => {
      failed.hidden = true
      try {
        form.elements.credential.value = JSON.stringify(await ceremony(form))
        form.submit()
      } catch (error) {
        failed.hidden = false
      }
    })
  }
})()
