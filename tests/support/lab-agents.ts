import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { quoteCommand } from '../../src/lib/quote.ts'
import { installAgent, writeAgentSettings } from './agents.ts'
import type { Lab, LabHost } from './lab.ts'

/** The laptop's address in every lab: where its hosts reach what listens on it. */
const laptop = '10.77.0.1'

/** A scripted model that the agents of a lab's hosts talk to. */
export interface LabModel {
  url: string
  /** What was asked of it, a line of JSON for each request. */
  requests(): Promise<{ headers: Record<string, string>; seen?: { prompt: string } }[]>
  close(): Promise<void>
}

/** Starts it on the laptop: it writes what a prompt says ("Write X into Y"). */
export async function startLabModel(lab: Lab): Promise<LabModel> {
  const log = join(lab.directory, 'model.jsonl')
  await writeFile(log, '')
  const [file = '', ...before] = lab.within
  const program = join(import.meta.dirname, '..', 'model-server', 'server.ts')
  const child = spawn(file, [...before, process.execPath, program, '--host', laptop, '--log', log], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  return {
    url: line.toString().trim(),
    requests: async () =>
      (await readFile(log, 'utf8')).split('\n').flatMap((one) => (one === '' ? [] : JSON.parse(one))),
    async close() {
      // Ctrl-C may have ended it before us
      if (child.exitCode !== null || child.signalCode !== null) return
      const ended = once(child, 'exit')
      child.kill()
      await ended
    },
  }
}

/** The directory of the agents that are installed, for LAB_SHARE: a host sees it at /mnt/share. */
export const agentsDirectory = (names: readonly string[]): string =>
  names.map((name) => dirname(dirname(dirname(installAgent(name))))).at(-1) ?? ''

/**
 * An agent on a host, as a user has it there: its program on the PATH, its settings in the home. Its variables (API key
 * included) are set by the login there, except for those that are left out; all of them are returned.
 */
export async function putAgentOn(
  lab: Lab,
  host: LabHost,
  { name, model, leaveOut = [] }: { name: string; model: string; leaveOut?: readonly string[] },
): Promise<Record<string, string>> {
  const program = join('/mnt/share', ...installAgent(name).split('/').slice(-3), name)
  await lab.on(host, ['ln', '-sf', program, `/usr/local/bin/${name}`])
  const home = await lab.path(host, '/root')
  const variables = { ...(await writeAgentSettings(name, home, model)), TMPDIR: '/root/tmp', NO_PROXY: laptop }
  const kept = Object.entries(variables).filter(([variable]) => !leaveOut.includes(variable))
  const lines = kept.map((entry) => `export ${quoteCommand([entry.join('=')])}\n`)
  await lab.on(host, ['sh', '-c', 'cat >> /root/.profile'], { input: lines.join('') })
  return variables
}
