/**
 * `npm run demo`: Berth's main job, on a copy of examples/shop, as a transcript of commands with their real output. Two envs
 * of one project run side by side with different data; then both are destroyed, and what is left of them is looked for.
 * Everything happens below the temporary directory; it is removed at the end, after Ctrl-C or a failure too.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { delimiter, dirname, join } from 'node:path'
import { openBerth, type TestBerth } from '../tests/support/berth.ts'
import { must } from '../tests/support/must.ts'
import { copyExample, type TestProject } from '../tests/support/project.ts'
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
  const { show, capture } = terminal(berth, project)

  console.log(heading('A project: web, api and database, with fixed ports and a container name. It can run once.'))
  await show('docker compose config --services | sort')
  await show("grep -nE 'container_name|:[0-9]+\"' compose.yaml")

  console.log(
    heading('Two envs of it, side by side: each a copy of the project with its own containers, data and subnet.'),
  )
  for (const env of ['a', 'b']) {
    await show(`berth create ${env}`)
    await show(`berth up ${env}`)
  }

  console.log(heading('Different data in each.'))
  const post = (env: string, item: string) =>
    `berth exec ${env} -- wget -qO- --post-data '{"name":"${item}"}' http://localhost/api/items`
  const get = (env: string) => `berth exec ${env} -- wget -qO- http://localhost/api/items`
  await show(post('a', 'tea'))
  await show(post('b', 'coffee'))
  await show(get('a'))
  await show(get('b'))
  expectThat((await capture(get('a'))).includes('tea'), 'a has tea')
  expectThat(!(await capture(get('b'))).includes('tea'), 'b has no tea')

  console.log(heading('Commands run inside, each in its own env.'))
  await show(`berth exec a api -- node -p 'process.version + " on " + os.hostname()'`)
  await show(`berth exec b db -- psql -U shop -c 'SELECT name FROM items'`)
  await show('berth ls')
  await show('git status --short --branch')

  console.log(heading('Gone without a trace.'))
  await show('berth destroy a b --yes')
  await show('berth ls')
  for (const kind of ['ps --all', 'network ls', 'volume ls', 'image ls']) {
    await show(`docker ${kind} --quiet --filter label=dev.berth.home=$(cat $BERTH_HOME/id)`)
  }
  const traces = await tracesOf(berth)
  expectThat(traces.length === 0, `nothing is left, but there is ${traces.join(', ')}`)
  await show('berth daemon stop')
}

/** Runs commands as a user would: in the project, with berth on the PATH. */
function terminal(berth: TestBerth, project: TestProject) {
  const path = [join(import.meta.dirname, '..', 'bin'), process.env['PATH']].join(delimiter)
  const options = { cwd: project.directory, env: { ...berth.env, HOME: dirname(project.directory), PATH: path } }
  return {
    capture: (command: string) => must(['bash', '-c', command], options),
    show: async (command: string) => {
      interrupted.signal.throwIfAborted()
      console.log(`\n${bold(`$ ${command}`)}`)
      const child = spawn('bash', ['-c', command], { ...options, stdio: ['ignore', 'inherit', 'inherit'] })
      const [exitCode] = await once(child, 'exit')
      interrupted.signal.throwIfAborted()
      if (exitCode !== 0) throw new Error(`exit code ${exitCode}`)
    },
  }
}

function expectThat(fact: boolean, what: string): void {
  if (!fact) throw new Error(`it should be that ${what}`)
}

function bold(text: string): string {
  return process.stdout.isTTY && !process.env['NO_COLOR'] ? `\u001B[1m${text}\u001B[0m` : text
}

function heading(text: string): string {
  return `\n━━ ${text}`
}
