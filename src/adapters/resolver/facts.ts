import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { nameServersIn } from '../../core/names/resolv-conf.ts'
import type { FileState, ResolverFacts } from '../../core/names/resolver-model.ts'
import { resolverPaths } from '../../core/names/resolver-plan.ts'
import type { Host } from '../../core/ports/host.ts'
import { readState } from './file-states.ts'
import { asksResolved, systemdVersion, usesDnsmasq } from './parse.ts'

/** How this machine looks names up now. Only reads. */
export async function readFacts(deps: { host: Host; platform: string }, suffix: string): Promise<ResolverFacts> {
  const files: Record<string, FileState> = {}
  for (const path of resolverPaths(suffix)) files[path] = await readState(path)
  const resolvConf = await textOf('/etc/resolv.conf')
  return {
    platform: deps.platform,
    resolvedVersion: await resolvedVersion(deps.host, resolvConf),
    networkManagerDnsmasq: await networkManagerDnsmasq(),
    unprivilegedPortStart: Number((await textOf('/proc/sys/net/ipv4/ip_unprivileged_port_start')) || '1024'),
    resolvConf,
    files,
  }
}

async function resolvedVersion(host: Host, resolvConf: string): Promise<number | null> {
  const running = (await textOf('/run/systemd/resolve/stub-resolv.conf')) !== ''
  if (!running || !asksResolved(nameServersIn(resolvConf), await textOf('/etc/nsswitch.conf'))) return null
  const { stdout } = await host.run(['systemctl', '--version'])
  return systemdVersion(stdout)
}

async function networkManagerDnsmasq(): Promise<boolean> {
  if ((await textOf('/run/NetworkManager/NetworkManager.pid')) === '') return false
  const directories = ['/usr/lib/NetworkManager/conf.d', '/run/NetworkManager/conf.d', '/etc/NetworkManager/conf.d']
  const files = ['/etc/NetworkManager/NetworkManager.conf']
  for (const directory of directories) {
    files.push(...(await filesIn(directory)))
  }
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
