import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { AppError } from '../../core/errors.ts'
import type { Host } from '../../core/ports.ts'

/** Where an engine's HTTP API is listening. */
export type Endpoint =
  | { kind: 'unix'; socketPath: string }
  | { kind: 'tcp'; host: string; port: number; tls?: { ca: Buffer; cert: Buffer; key: Buffer } }

/** The process environment, as far as the engine is concerned. */
export type Environment = Record<string, string | undefined>

const defaultSocket = '/var/run/docker.sock'

/**
 * The engine the user's own `docker` would talk to: DOCKER_HOST, else the current docker context, else the default
 * socket. Throws NOT_SUPPORTED for an address that is neither `unix://` nor `tcp://`.
 */
export async function findEndpoint(host: Host, environment: Environment): Promise<Endpoint> {
  const address = environment['DOCKER_HOST'] || (await contextAddress(host, environment))
  return parseAddress(address, environment)
}

/** `unix:///var/run/docker.sock`, `tcp://127.0.0.1:2375`: as people write it in DOCKER_HOST. */
export function describeEndpoint(endpoint: Endpoint): string {
  return endpoint.kind === 'unix' ? `unix://${endpoint.socketPath}` : `tcp://${endpoint.host}:${endpoint.port}`
}

async function contextAddress(host: Host, environment: Environment): Promise<string> {
  if (hasDefaultContext(environment)) return `unix://${defaultSocket}`
  try {
    const argv = ['docker', 'context', 'inspect', '--format', '{{.Endpoints.docker.Host}}']
    const result = await host.run(argv, { env: environment })
    if (result.exitCode === 0) return result.stdout.trim()
  } catch (thrown) {
    // without the docker program there are no contexts
    if (!(thrown instanceof AppError && thrown.code === 'TOOL_MISSING')) throw thrown
  }
  return `unix://${defaultSocket}`
}

/** Whether no context was chosen, as far as Docker's own settings tell: to ask the program takes longer than all else. */
function hasDefaultContext({ DOCKER_CONTEXT, DOCKER_CONFIG, HOME }: Environment): boolean {
  if (DOCKER_CONTEXT) return DOCKER_CONTEXT === 'default'
  try {
    const file = join(DOCKER_CONFIG || join(HOME || homedir(), '.docker'), 'config.json')
    const { currentContext } = JSON.parse(readFileSync(file, 'utf8')) as { currentContext?: string }
    return !currentContext || currentContext === 'default'
  } catch (error) {
    // no settings at all; settings that cannot be read are the program's to judge
    return (error as NodeJS.ErrnoException).code === 'ENOENT'
  }
}

/** An address such as `unix:///run/x.sock` or `tcp://host:2376` taken apart. */
export function parseAddress(address: string, environment: Environment): Endpoint {
  if (address.startsWith('unix://')) return { kind: 'unix', socketPath: address.slice('unix://'.length) }
  if (address.startsWith('tcp://')) {
    const tls = readTls(environment)
    const url = new URL(address.replace(/^tcp:/, 'http:'))
    const port = Number(url.port || (tls ? 2376 : 2375))
    return { kind: 'tcp', host: url.hostname, port, ...(tls && { tls }) }
  }
  throw new AppError('NOT_SUPPORTED', `the engine address ${address} is neither unix:// nor tcp://`, {
    hint: 'for an engine on another machine: berth connect it, then --on',
  })
}

function readTls(environment: Environment): { ca: Buffer; cert: Buffer; key: Buffer } | undefined {
  if (!environment['DOCKER_TLS_VERIFY']) return undefined
  const directory = environment['DOCKER_CERT_PATH'] || join(environment['HOME'] ?? '', '.docker')
  const read = (file: string) => readFileSync(join(directory, file))
  return { ca: read('ca.pem'), cert: read('cert.pem'), key: read('key.pem') }
}
