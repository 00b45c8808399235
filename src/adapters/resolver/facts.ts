import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { nameServersIn } from '../../core/names/resolv-conf.ts'
import type { FileState, ResolvedFacts, ResolverFacts } from '../../core/names/resolver-model.ts'
import { resolvedFile, resolverPaths } from '../../core/names/resolver-plan.ts'
import type { Host } from '../../core/ports/host.ts'
import { readState } from './file-states.ts'
import { hasOwnServers, switchNamesResolved, systemdVersion, usesDnsmasq } from './parse.ts'

/** How this machine looks names up now. Only reads. */
export async function readFacts(deps: { host: Host; platform: string }, suffix: string): Promise<ResolverFacts> {
  const files: Record<string, FileState> = {}
  for (const path of resolverPaths(suffix)) files[path] = await readState(path)
  const resolvConf = await textOf('/etc/resolv.conf')
  return {
    platform: deps.platform,
    resolved: await resolvedFacts(deps.host, resolvConf, files['/etc/resolv.conf']),
    networkManagerDnsmasq: await networkManagerDnsmasq(),
    unprivilegedPortStart: Number((await textOf('/proc/sys/net/ipv4/ip_unprivileged_port_start')) || '1024'),
    resolvConf,
    files,
  }
}

async function resolvedFacts(
  host: Host,
  resolvConf: string,
  state: FileState | undefined,
): Promise<ResolvedFacts | null> {
  if ((await textOf('/run/systemd/resolve/stub-resolv.conf')) === '') return null
  const { stdout } = await host.run(['systemctl', '--version'])
  const directories = ['/usr/lib/systemd', '/run/systemd', '/etc/systemd']
  const dropIns = await Promise.all(directories.map((directory) => filesIn(`${directory}/resolved.conf.d`)))
  const files = ['/etc/systemd/resolved.conf', ...dropIns.flat().filter((file) => file !== resolvedFile())]
  const stub = nameServersIn(resolvConf).some((address) => /^127\.0\.0\.5[34]$/.test(address))
  // Over a resolv.conf that is not its own, systemd-resolved itself asks the servers listed there.
  const own = stub || (state?.kind === 'link' && state.target.includes('systemd/resolve/'))
  return {
    version: systemdVersion(stdout) ?? 0,
    stub,
    inSwitch: own && switchNamesResolved(await textOf('/etc/nsswitch.conf')),
    ownServers: hasOwnServers((await Promise.all(files.map(textOf))).join('\n')),
  }
}

async function networkManagerDnsmasq(): Promise<boolean> {
  if ((await textOf('/run/NetworkManager/NetworkManager.pid')) === '') return false
  const directories = ['/usr/lib/NetworkManager', '/run/NetworkManager', '/etc/NetworkManager']
  const dropIns = await Promise.all(directories.map((directory) => filesIn(`${directory}/conf.d`)))
  const files = ['/etc/NetworkManager/NetworkManager.conf', ...dropIns.flat()]
  return usesDnsmasq((await Promise.all(files.map(textOf))).join('\n'))
}

/** In the order in which they count. */
async function filesIn(directory: string): Promise<string[]> {
  const names = await readdir(directory).catch(nothingWhereMissing([]))
  return names.toSorted((a, b) => (a < b ? -1 : 1)).map((name) => join(directory, name))
}

/** Latin-1, so that bytes are kept; empty where there is no such file. */
async function textOf(path: string): Promise<string> {
  return readFile(path, 'latin1').catch(nothingWhereMissing(''))
}

function nothingWhereMissing<T>(nothing: T): (error: NodeJS.ErrnoException) => T {
  return (error) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return nothing
    throw error
  }
}
