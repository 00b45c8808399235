/** The shop's items, kept in PostgreSQL (PGHOST, PGUSER, PGPASSWORD, PGDATABASE say where). */
import { createServer } from 'node:http'
import pg from 'pg'

const pool = new pg.Pool()
// a connection that breaks while it is idle is replaced by the pool; without a listener it would end the process
pool.on('error', (error) => console.error(error.message))

const routes = {
  'GET /health': async () => {
    await pool.query('SELECT 1')
    return { ok: true }
  },
  'GET /': async (request) => {
    const { rows } = await pool.query('SELECT count(*)::int AS items FROM items')
    return { greeting: process.env.SHOP_GREETING ?? 'Welcome', host: request.headers.host, items: rows[0].items }
  },
  'GET /items': async () => (await pool.query('SELECT id, name FROM items ORDER BY id')).rows,
  'POST /items': async (request) => {
    const { name } = JSON.parse(await bodyOf(request))
    return (await pool.query('INSERT INTO items (name) VALUES ($1) RETURNING id, name', [name])).rows[0]
  },
}

async function bodyOf(request) {
  const chunks = await Array.fromAsync(request)
  return Buffer.concat(chunks).toString()
}

async function answer(request, response) {
  const route = routes[`${request.method} ${new URL(request.url, 'http://api').pathname}`]
  const send = (status, body) => response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(body)}\n`)
  if (!route) return send(404, { error: 'no such page' })
  try {
    send(200, await route(request))
  } catch (error) {
    console.error(`${request.method} ${request.url}: ${error.message}`)
    send(error instanceof SyntaxError ? 400 : 500, { error: error.message })
  }
}

const server = createServer(answer).listen(process.env.PORT ?? 3000)
process.on('SIGTERM', () => server.close(() => pool.end()))
