import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { availableParallelism, loadavg, release, tmpdir, totalmem } from 'node:os'

/** What a result depends on besides Berth. */
export function machineFacts(): Record<string, string> {
  const say = (file: string, ...args: string[]) => spawnSync(file, args, { encoding: 'utf8' }).stdout.trim()
  return {
    processor: `${availableParallelism()} × ${/model name\s*: (.*)/.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1] ?? process.arch}`,
    memory: `${Math.round(totalmem() / 2 ** 30)} GB`,
    kernel: release(),
    'file system': say('stat', '--file-system', '--format', '%T', tmpdir()),
    node: process.version,
    docker: say('docker', 'version', '--format', '{{.Server.Version}}'),
    compose: say('docker', 'compose', 'version', '--short'),
    load: loadavg()
      .map((load) => load.toFixed(1))
      .join(' '),
  }
}
