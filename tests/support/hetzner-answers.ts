import type { ServerResponse } from 'node:http'

/** Answers of the API that are no success. */
export class Refusal extends Error {
  readonly status: number
  readonly code: string
  readonly details: object

  constructor(status: number, code: string, message: string, details: object = {}) {
    super(message)
    this.status = status
    this.code = code
    this.details = details
  }
}

/** A success of the API. */
export interface Answer {
  status: number
  document: object
}

/** Writes an answer. */
export function send(
  response: ServerResponse,
  status: number,
  document: object,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(JSON.stringify(document))
}

/** Writes a refusal; whatever else was thrown is a failure of the stand-in. */
export function refuse(response: ServerResponse, error: unknown, headers: Record<string, string> = {}): void {
  if (!(error instanceof Refusal))
    return send(response, 500, { error: { code: 'server_error', message: String(error) } })
  const { status, code, message, details } = error
  send(response, status, { error: { code, message, details } }, headers)
}

/** The refusal of one field. */
export const invalid = (name: string, message: string) =>
  new Refusal(422, 'invalid_input', `invalid input in field '${name}'`, { fields: [{ name, messages: [message] }] })

/** 200. */
export const ok = (document: object): Answer => ({ status: 200, document })
/** 201. */
export const created = (document: object): Answer => ({ status: 201, document })

/** One page of a list. */
export function paged(all: object[], name: string, query: URLSearchParams): Answer {
  const [page, perPage] = [Number(query.get('page') ?? 1), Number(query.get('per_page') ?? 25)]
  if (!(page >= 1) || !(perPage >= 1 && perPage <= 50)) throw invalid('per_page', 'must be between 1 and 50')
  const last = Math.max(1, Math.ceil(all.length / perPage))
  const pagination = {
    page,
    per_page: perPage,
    previous_page: page > 1 ? page - 1 : null,
    next_page: page < last ? page + 1 : null,
    last_page: last,
    total_entries: all.length,
  }
  return ok({ [name]: all.slice((page - 1) * perPage, page * perPage), meta: { pagination } })
}
