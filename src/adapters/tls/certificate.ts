import { createHash, X509Certificate } from 'node:crypto'
import { mkdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../../core/errors.ts'
import type { Certificate } from '../../core/ports/certificate.ts'
import type { Host } from '../../core/ports.ts'
import { lastLine } from '../../lib/last-line.ts'

/** Days a certificate is valid: nothing checks its dates, for it is known by its fingerprint. */
const days = '7300'

/** This home's certificate, in `directory`; made with openssl the first time. Throws TOOL_MISSING, INTERNAL. */
export async function loadCertificate(host: Host, directory: string): Promise<Certificate> {
  const [keyFile, certFile] = [join(directory, 'key.pem'), join(directory, 'cert.pem')]
  const [key, cert] = await Promise.all([readOrNothing(keyFile), readOrNothing(certFile)])
  if (key !== undefined && cert !== undefined) return { key, cert, fingerprint: fingerprintOf(cert) }
  await mkdir(directory, { recursive: true, mode: 0o700 })
  await make(host, { key: `${keyFile}.new`, cert: `${certFile}.new` })
  // the certificate last: both are there when it is
  await rename(`${keyFile}.new`, keyFile)
  await rename(`${certFile}.new`, certFile)
  return loadCertificate(host, directory)
}

/** SHA-256 over a certificate in PEM, base64url. */
export function fingerprintOf(cert: string): string {
  return createHash('sha256').update(new X509Certificate(cert).raw).digest('base64url')
}

async function make(host: Host, { key, cert }: { key: string; cert: string }): Promise<void> {
  const { exitCode, stderr } = await host.run(makeCommand(key, cert))
  if (exitCode === 0) return
  await Promise.all([key, cert].map((file) => rm(file, { force: true })))
  throw new AppError('INTERNAL', `openssl could not make a certificate: ${lastLine(stderr)}`)
}

/** openssl writes a key with mode 0600. */
export function makeCommand(key: string, cert: string): string[] {
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
  return ['openssl', 'req', '-x509', ...curve, '-days', days, '-subj', '/CN=berth', '-keyout', key, '-out', cert]
}

async function readOrNothing(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
