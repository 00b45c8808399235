const list = document.querySelector('ul')
const form = document.querySelector('form')

async function show() {
  const { greeting } = await (await fetch('api/')).json()
  document.querySelector('#greeting').textContent = `${greeting} to ${location.host}`
  const items = await (await fetch('api/items')).json()
  list.replaceChildren(...items.map(({ name }) => Object.assign(document.createElement('li'), { textContent: name })))
}

form.addEventListener('submit', async (event) => {
  event.preventDefault()
  await fetch('api/items', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(Object.fromEntries(new FormData(form))),
  })
  form.reset()
  await show()
})

await show()
