/**
 * `npm run demo`: Berth's main job, on a copy of examples/shop, as a transcript of commands with their real output. Two envs
 * of one project run side by side with different data; then both are destroyed, and what is left of them is looked for.
 * Everything happens below the temporary directory; it is removed at the end, after Ctrl-C or a failure too.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { delimiter, dirname, join } from 'node:path'
import { openBerth, type TestBerth } from '../tests/support/berth.ts'
import { eventually } from '../tests/support/eventually.ts'
import { must } from '../tests/support/must.ts'
import { copyExample, type TestProject } from '../tests/support/project.ts'
import { processesOf } from '../tests/support/remove-home.ts'
import { tracesOf } from '../tests/support/traces.ts'

const started = performance.now()
const interrupted = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => interrupted.abort())

const [berth, project] = await Promise.all([
  openBerth({ env: { NO_COLOR: process.env['NO_COLOR'] ?? '' } }),
  copyExample(),
])
try {
  await demo(berth, project)
  console.log(heading(`Done in ${Math.round((performance.now() - started) / 1000)} s; nothing is left.`))
} catch (error) {
  if (!interrupted.signal.aborted) console.error(`\ndemo: ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = interrupted.signal.aborted ? 130 : 1
} finally {
  await Promise.all([berth.close(), project.remove()])
}

async function demo(berth: TestBerth, project: TestProject): Promise<void> {
  const terminal = openTerminal(berth, project)
  await chapter('A project: web, api and database, with fixed ports and a container name. It can run once.', terminal, [
    'docker compose config --services | sort',
    `grep -nE 'container_name|:[0-9]+"' compose.yaml`,
  ])
  await chapter('Two envs of it, side by side, each with its own copy, containers, data and subnet.', terminal, [
    'berth create tea',
    'berth up tea',
    'berth up coffee',
    'berth ls',
  ])
  await chapter('Different data in each, seen from outside.', terminal, [
    `curl -s $(berth url tea)/api/items --json '{"name":"Earl Grey"}'`,
    `curl -s $(berth url coffee)/api/items --json '{"name":"Espresso"}'`,
    'curl -s $(berth url tea)/api/items',
    'curl -s $(berth url coffee)/api/items',
  ])
  await terminal.expect('curl -s $(berth url tea)/api/items', '[{"id":1,"name":"Earl Grey"}]')
  await terminal.expect('curl -s $(berth url coffee)/api/items', '[{"id":1,"name":"Espresso"}]')
  await chapter('Work inside: in a container, in the workspace, in a session that outlives the terminal.', terminal, [
    `berth exec coffee db -- psql -U shop -c 'SELECT name FROM items'`,
    `berth run tea -- sh -c 'echo strong > leaves.txt; echo "$BERTH_PROJECT/$BERTH_ENV is at $BERTH_BASE_URL"'`,
    'berth run vmstat coffee 1 --detach',
    'berth sessions',
    'berth transcript coffee',
  ])
  await chapter('The work comes back when you want it; until then your own copy is as it was.', terminal, [
    'git status --short --branch',
    'berth diff tea --stat',
    'berth merge tea --message "Stronger tea"',
    'git log --oneline --stat --max-count=1',
  ])
  await chapter('Gone without a trace.', terminal, [
    'berth destroy tea coffee --yes',
    'berth ls',
    ...['ps --all', 'network ls', 'volume ls', 'image ls'].map(
      (list) => `docker ${list} --quiet --filter label=dev.berth.home=$(cat $BERTH_HOME/id)`,
    ),
    'berth daemon stop',
  ])
  // the daemon and the sessions' tmux take a moment to end
  await eventually(async () => {
    const traces = [...(await tracesOf(berth)), ...(await processesOf(berth.home)).map((pid) => `process ${pid}`)]
    if (traces.length > 0) throw new Error(`it left ${traces.join(', ')}`)
  })
}

async function chapter(title: string, { show }: Terminal, commands: readonly string[]): Promise<void> {
  console.log(heading(title))
  for (const command of commands) await show(command)
}

interface Terminal {
  /** Prints a command and runs it, its output going where ours goes. Throws unless it exits with 0. */
  show: (command: string) => Promise<void>
  /** Runs a command unseen. Throws unless it prints this. */
  expect: (command: string, output: string) => Promise<void>
}

/** Runs commands as a user would: in the project, with berth on the PATH. */
function openTerminal(berth: TestBerth, project: TestProject): Terminal {
  const path = [join(import.meta.dirname, '..', 'bin'), process.env['PATH']].join(delimiter)
  const options = { cwd: project.directory, env: { ...berth.env, HOME: dirname(project.directory), PATH: path } }
  return {
    show: async (command) => {
      interrupted.signal.throwIfAborted()
      console.log(`\n${bold(`$ ${command}`)}`)
      const child = spawn('bash', ['-c', command], { ...options, stdio: ['ignore', 'inherit', 'inherit'] })
      const [exitCode] = await once(child, 'exit')
      interrupted.signal.throwIfAborted()
      if (exitCode !== 0) throw new Error(`exit code ${exitCode}`)
    },
    expect: async (command, output) => {
      const found = await must(['bash', '-c', command], options)
      if (found !== output) throw new Error(`${command} printed ${found} where it should print ${output}`)
    },
  }
}

function bold(text: string): string {
  return process.stdout.isTTY && !process.env['NO_COLOR'] ? `\u001B[1m${text}\u001B[0m` : text
}

function heading(text: string): string {
  return `\n━━ ${text}`
}
