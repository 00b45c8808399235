import { join } from 'node:path'
import { lastLine } from '../../../lib/last-line.ts'
import { AppError } from '../../errors.ts'
import { firstPorts } from '../../ports/ingress.ts'
import type { DeployDeps } from '../deps.ts'
import type { ProxyRecord } from './record.ts'

/**
 * Hands new connections on, in the network namespace of the front, by the kernel's NAT: those there are stay with whom they
 * have. So nothing depends on how a proxy starts and ends. (Two proxies that listen on one port, by SO_REUSEPORT, were tried:
 * Traefik 3.6 takes connections before it has read its routes, and answers them with 404.)
 * Arguments: the chain to hand on by, then a port and where it goes, as often as needed; without any, to the front itself.
 */
const script = `set -e
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin:/run/current-system/sw/bin
nat() { iptables -w 5 -t nat "$@"; }
chain=$1
shift
if [ $# -gt 0 ] && ! nat -C PREROUTING -j "$chain" 2>/dev/null; then
  nat -N "$chain" 2>/dev/null || nat -F "$chain"
  while [ $# -gt 0 ]; do
    nat -A "$chain" -p tcp --dport "$1" -j DNAT --to-destination ":$2"
    shift 2
  done
  nat -I PREROUTING 1 -j "$chain"
fi
nat -S PREROUTING | sed -n 's/^-A PREROUTING -j \\(BERTH-[0-9]*\\)$/\\1/p' | while read -r other; do
  [ "$other" = "$chain" ] && continue
  nat -D PREROUTING -j "$other"
  nat -F "$other"
  nat -X "$other"
done`

type RedirectDeps = Pick<DeployDeps, 'engine' | 'host' | 'files' | 'paths'>

/**
 * Has new connections go to a proxy. Done by the machine's own iptables, which Docker needs as well, in a container that has
 * the rights for that one namespace and lives for as long as it takes. Throws INGRESS_FAILED.
 */
export async function redirectTo(
  deps: RedirectDeps,
  { httpPort, tlsPort }: ProxyRecord,
  { project, front, image }: { project: string; front: string; image: string },
): Promise<void> {
  const { engine, host, files, paths } = deps
  const isFirst = httpPort === firstPorts.httpPort
  const pairs = isFirst ? [] : [firstPorts.httpPort, httpPort, firstPorts.tlsPort, tlsPort]
  const file = join(paths.ingress, 'redirect.json')
  const redirect = {
    image,
    network_mode: `container:${front}`,
    user: '0',
    cap_drop: ['ALL'],
    cap_add: ['NET_ADMIN', 'NET_RAW', 'SYS_CHROOT'],
    security_opt: ['label=disable'],
    volumes: ['/:/host:ro'],
    entrypoint: ['chroot', '/host', 'sh', '-c', script.replaceAll('$', '$$$$'), 'sh'],
    command: [`BERTH-${httpPort}`, ...pairs.map(String)],
  }
  await files.writeText(file, `${JSON.stringify({ services: { redirect } }, undefined, 2)}\n`)
  const compose = {
    project: `${project}-redirect`,
    directory: paths.ingress,
    files: [file],
    profiles: [],
    variables: {},
  }
  const { argv, env, cwd } = engine.composeCommand(compose, ['run', '--rm', '--no-TTY', '--quiet-pull', 'redirect'])
  const { exitCode, stderr } = await host.run(argv, { env, cwd, timeoutMs: 60_000 })
  await files.remove(file)
  if (exitCode !== 0)
    throw new AppError('INGRESS_FAILED', `connections cannot be handed on to another proxy: ${lastLine(stderr)}`)
}
