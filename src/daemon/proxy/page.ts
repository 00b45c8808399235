import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AppError } from '../../core/errors.ts'
import type { NameTarget } from '../../core/names/zone-entries.ts'

/** What the proxy itself has to say: a fault, or (without one) the list of names alone. */
export interface Page {
  status: number
  error?: AppError
  /** What one can go to instead; no list at all when absent. */
  targets?: readonly NameTarget[]
}

/** Answers a request with a page of the proxy's own: JSON for who accepts that, else HTML. */
export function sendPage(request: IncomingMessage, response: ServerResponse, page: Page): void {
  const port = portOf(request.headers.host)
  const json = /\bjson\b/.test(request.headers.accept ?? '')
  const body = json ? renderJson(page, port) : renderHtml(page, port)
  response.writeHead(page.status, {
    'Content-Type': json ? 'application/json' : 'text/html; charset=utf-8',
    'Content-Length': Buffer.byteLength(body),
    'Cache-Control': 'no-store',
  })
  response.end(request.method === 'HEAD' ? undefined : body)
}

function renderJson({ error, targets = [] }: Page, port: string): string {
  const names = targets.map((target) => ({ ...addressed(target, port) }))
  if (error === undefined) return `${JSON.stringify({ ok: true, data: { names } })}\n`
  const { code, message, hint, details } = error
  return `${JSON.stringify({ ok: false, error: { code, message, hint, details: { ...details, names } } })}\n`
}

function renderHtml({ error, targets }: Page, port: string): string {
  const title = escapeHtml(error?.message ?? 'Names of the envs on this machine')
  const hint = error === undefined ? '' : `<p>Try: <code>${escapeHtml(error.hint)}</code></p>\n`
  const rows = targets?.map((target) => {
    const { project, env, service, url } = addressed(target, port)
    const cells = [`${project}/${env}`, service ?? ''].map((cell) => `<td>${escapeHtml(cell)}</td>`).join('')
    return `<tr>${cells}<td><a href="${escapeHtml(url)}">${escapeHtml(url)}</a></td></tr>\n`
  })
  const list = rows?.length === 0 ? '<p>No env is up.</p>\n' : `<table cellpadding="4">\n${rows?.join('')}</table>\n`
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Berth: ${title}</title></head>
<body style="font: 16px/1.5 sans-serif; margin: 3em">
<h1 style="font-size: 1.3em">${title}</h1>
${hint}${rows === undefined ? '' : list}</body></html>
`
}

function addressed({ project, env, service, name }: NameTarget, port: string) {
  return { project, env, service, name, url: `http://${name}${port}/` }
}

function portOf(host: string | undefined): string {
  return /:\d+$/.exec(host ?? '')?.[0] ?? ''
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
