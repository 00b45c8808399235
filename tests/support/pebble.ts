import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { probe } from '../../src/adapters/probe/probe.ts'
import { makeCommand } from '../../src/adapters/tls/certificate.ts'
import { eventually } from './eventually.ts'
import { freePort } from './free-port.ts'
import { must } from './must.ts'
import { temporaryPrefix } from './temporary.ts'

/** A CA of our own (Let's Encrypt's Pebble), and the DNS it looks names up in. */
export interface Pebble {
  /** URL of its ACME directory. */
  directory: string
  /** The root its directory is served with, a file in PEM. */
  caFile: string
  /** Argument list that sets (`present NAME VALUE`) and removes (`cleanup …`) TXT records. */
  dnsHook: string[]
  /** The root that certificates are signed by, in PEM. */
  root(): Promise<string>
  /** Where names lead from now on, an IPv4 address; all lead to this machine at first. */
  pointAt(address: string): Promise<void>
  close(): Promise<void>
}

interface PebbleOptions {
  /** Port on which http-01 is asked, as port 80 is in the world. */
  httpPort: number
  /** How long its certificates are valid, seconds. */
  validSeconds?: number
}

/** Starts one. Names lead to 127.0.0.1. */
export async function startPebble({ httpPort, validSeconds = 86_400 }: PebbleOptions): Promise<Pebble> {
  const directory = await mkdtemp(join(tmpdir(), `${temporaryPrefix}pebble-`))
  const [api, management, dns, control] = await Promise.all([freePort(), freePort(), freePort(), freePort()])
  const [certificate, privateKey] = [join(directory, 'cert.pem'), join(directory, 'key.pem')]
  await must([...makeCommand(privateKey, certificate), '-addext', 'subjectAltName=DNS:localhost'])
  const pebble = {
    listenAddress: `127.0.0.1:${api}`,
    managementListenAddress: `127.0.0.1:${management}`,
    certificate,
    privateKey,
    httpPort,
    tlsPort: 1,
    certificateValidityPeriod: validSeconds,
  }
  await writeFile(join(directory, 'config.json'), JSON.stringify({ pebble }))
  const [none, at] = ['', (port: number) => `127.0.0.1:${port}`]
  const names = ['-defaultIPv4', '127.0.0.1', '-defaultIPv6', none, '-dns01', at(dns), '-management', at(control)]
  const nothingElse = ['-http01', none, '-https01', none, '-tlsalpn01', none]
  const started = [
    start('pebble-challtestsrv', [...names, ...nothingElse]),
    start('pebble', ['-config', join(directory, 'config.json'), '-dnsserver', at(dns)]),
  ]
  for (const port of [api, control])
    await eventually(async () =>
      expectNull(await probe({ kind: 'tcp', address: '127.0.0.1', port, path: '/', host: 'localhost' })),
    )
  const tell = (path: string, body: object) =>
    must(['curl', '-sSf', '-d', JSON.stringify(body), `http://${at(control)}/${path}`])
  const hook = join(directory, 'hook')
  await writeFile(hook, hookFor(at(control)), { mode: 0o755 })
  return {
    directory: `https://localhost:${api}/dir`,
    caFile: certificate,
    dnsHook: [hook, '--zone', "it's $HOME"],
    root: () => must(['curl', '-sSf', '--cacert', certificate, `https://localhost:${management}/roots/0`]),
    pointAt: async (ip) => void (await tell('set-default-ipv4', { ip })),
    async close() {
      await Promise.all(started.map(end))
      await rm(directory, { recursive: true, force: true })
    },
  }
}

/** Refuses to work unless it gets its arguments as they were written, which a shell in between would not leave alone. */
const hookFor = (control: string) => `#!/bin/sh
set -eu
[ "$1 $2" = '--zone it'"'"'s $HOME' ] || { echo "what is $2?" >&2; exit 9; }
case $3 in
  present) exec curl -sSf -d '{"host":"'"$4"'","value":"'"$5"'"}' http://${control}/set-txt ;;
  cleanup) exec curl -sSf -d '{"host":"'"$4"'"}' http://${control}/clear-txt ;;
esac
`

/** Without waits, with expired nonces, and each domain looked at anew for each order. */
const start = (program: string, args: string[]) =>
  spawn(program, args, {
    stdio: 'ignore',
    env: { ...process.env, PEBBLE_VA_NOSLEEP: '1', PEBBLE_WFE_NONCEREJECT: '20', PEBBLE_AUTHZREUSE: '0' },
  })

function end(child: ChildProcess): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  child.once('exit', () => resolve())
  if (!child.kill('SIGKILL')) resolve()
  return promise
}

function expectNull(fault: string | null): void {
  if (fault !== null) throw new Error(fault)
}
