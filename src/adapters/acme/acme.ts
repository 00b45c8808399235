import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { AppError } from '../../core/errors.ts'
import type { CertificateAuthority, Challenge, ChallengeSolver, IssuedCertificate } from '../../core/ports/acme.ts'
import type { Clock, Files } from '../../core/ports.ts'
import { type AcmeConnection, type Answer, connectTo, type Signer } from './connection.ts'
import { base64url, jwkOf, thumbprint } from './jose.ts'
import { failed, type Problem, refused, retryAfterOf } from './problems.ts'
import { newKey, requestFor } from './request.ts'

/** What a CA's client is made of. */
export interface AcmeOptions {
  /** URL of the CA's directory. */
  directory: string
  /** The only root trusted for it, a file in PEM; null: those of the system. */
  caFile: string | null
  /** Told of certificates that run out; null: nobody. */
  email: string | null
  /** Absolute path of the directory the accounts' keys are kept in. */
  accounts: string
  files: Files
  clock: Clock
}

interface Authorization {
  status: string
  challenges: { type: string; url: string; token: string; status: string; error?: Problem }[]
}

interface Order {
  status: string
  authorizations: string[]
  finalize: string
  certificate?: string
  error?: Problem
}

/** How long a CA may take to look at one thing, ms. */
const longestLook = 120_000
/** First and longest pause between two questions whether it has, ms. */
const [firstPause, longestPause] = [250, 5000]

/**
 * Orders certificates (RFC 8555). Nothing is retried but requests with an expired nonce: when and how often to ask again
 * is not for this to decide, for CAs count what fails.
 */
export function createAcme(options: AcmeOptions): CertificateAuthority {
  return {
    directory: options.directory,
    async order(domain, solver, signal) {
      const connection = connectTo({ ...options, ca: await trustRoot(options), domain, signal })
      const work = { ...options, domain, connection, signal }
      try {
        return await orderAs(work, await account(work), solver)
      } catch (error) {
        if (!(error instanceof AppError && error.details['type'] === 'accountDoesNotExist')) throw error
        // the CA has forgotten us, as test servers do
        await options.files.remove(accountFile(options))
        return orderAs(work, await account(work), solver)
      }
    },
  }
}

interface Work extends AcmeOptions {
  domain: string
  connection: AcmeConnection
  signal: AbortSignal
}

async function orderAs(work: Work, signer: Signer, solver: ChallengeSolver): Promise<IssuedCertificate> {
  const { connection, domain } = work
  const { newOrder } = await connection.directory()
  const placed = await connection.post<Order>(newOrder, signer, { identifiers: [{ type: 'dns', value: domain }] })
  const url = placed.headers.location ?? ''
  for (const authorization of placed.body.authorizations) await authorize(work, signer, solver, authorization)
  const key = newKey()
  const csr = base64url(requestFor(domain, key))
  const finalized = await connection.post<Order>(placed.body.finalize, signer, { csr })
  const order = await settled(work, signer, url, finalized, ({ status }) => status === 'valid' || status === 'invalid')
  if (order.status !== 'valid' || order.certificate === undefined) throw refused(domain, order.error ?? {})
  const { body: chain } = await connection.post<string>(order.certificate, signer, null)
  return { chain, key }
}

/** Shows the CA that the domain is ours. */
async function authorize(work: Work, signer: Signer, solver: ChallengeSolver, url: string): Promise<void> {
  const { connection, domain } = work
  const first = await connection.post<Authorization>(url, signer, null)
  if (first.body.status === 'valid') return
  const offered = first.body.challenges.find(({ type }) => type === solver.kind)
  if (offered === undefined) {
    const fault = { type: 'noChallenge', retryAfter: null, isFinal: true }
    throw failed(`the CA does not offer ${solver.kind} for ${domain}`, fault)
  }
  const challenge = challengeFor(domain, solver.kind, `${offered.token}.${thumbprint(jwkOf(signer.key))}`)
  try {
    await solver.present(challenge)
    await connection.post(offered.url, signer, {})
    const read = await connection.post<Authorization>(url, signer, null)
    const end = await settled(work, signer, url, read, ({ status }) => status !== 'pending')
    const problem = end.challenges.find(({ type }) => type === solver.kind)?.error
    if (end.status !== 'valid') throw refused(domain, problem ?? { detail: `the authorization is ${end.status}` })
  } finally {
    await solver.cleanUp(challenge)
  }
}

/** What to show for a key authorization (RFC 8555, 8.3 and 8.4); `*.` is not part of the name that is asked for. */
export function challengeFor(domain: string, kind: Challenge['kind'], authorization: string): Challenge {
  const token = authorization.split('.')[0] ?? ''
  // it goes into a path and a proxy's configuration, and comes from another machine (RFC 8555, 8.1: base64url)
  if (!/^[\w-]{1,256}$/.test(token)) throw failed(`the CA sent a token for ${domain} that is none`, noToken)
  if (kind === 'http-01') return { kind, domain, path: `/.well-known/acme-challenge/${token}`, answer: authorization }
  const name = `_acme-challenge.${domain.replace(/^\*\./, '')}`
  return { kind, domain, name, answer: base64url(createHash('sha256').update(authorization).digest()) }
}

/** Reads a resource until it is as wanted. Throws CERTIFICATE_FAILED after two minutes. */
async function settled<T extends { status: string }>(
  { connection, clock, signal, domain }: Work,
  signer: Signer,
  url: string,
  first: Answer<T>,
  isSettled: (body: T) => boolean,
): Promise<T> {
  const deadline = clock.now().getTime() + longestLook
  let [answer, pause] = [first, firstPause]
  while (!isSettled(answer.body)) {
    if (clock.now().getTime() > deadline)
      throw failed(`the CA has not looked at ${domain} within two minutes`, timedOut)
    const asked = retryAfterOf(answer.headers['retry-after'], clock.now())
    await clock.wait(asked === null ? pause : Math.min(asked * 1000, longestPause), signal)
    pause = Math.min(longestPause, pause * 2)
    answer = await connection.post<T>(url, signer, null)
  }
  return answer.body
}

const noToken = { type: 'malformedToken', retryAfter: null, isFinal: true }
const timedOut = { type: 'timeout', retryAfter: null, isFinal: false }

const accountFile = ({ accounts, directory }: AcmeOptions) =>
  join(accounts, `${createHash('sha256').update(directory).digest('hex').slice(0, 16)}.json`)

/** Our account at this CA, made the first time. By making one its terms are agreed to. */
async function account({ connection, email, files, ...options }: Work): Promise<Signer> {
  const file = accountFile({ ...options, email, files })
  const known = await files.readText(file)
  if (known !== undefined) return JSON.parse(known) as Signer
  const signer = { key: newKey(), url: null }
  const contact = email === null ? {} : { contact: [`mailto:${email}`] }
  const { newAccount } = await connection.directory()
  const { headers } = await connection.post(newAccount, signer, { termsOfServiceAgreed: true, ...contact })
  const made = { key: signer.key, url: headers.location ?? null }
  await files.writeText(file, JSON.stringify(made), 0o600)
  return made
}

async function trustRoot({ caFile, files }: AcmeOptions): Promise<string | null> {
  if (caFile === null) return null
  const text = await files.readText(caFile)
  if (text !== undefined) return text
  const fault = { type: 'trustRoot', retryAfter: null, isFinal: true }
  throw failed(`${caFile}, the CA's root, is not there`, fault)
}
