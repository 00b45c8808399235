/**
 * `npm run demo`: Berth's main job, on a copy of examples/shop, as a transcript of commands with their real output. Two envs
 * of one project run side by side with different data; then both are destroyed, and what is left of them is looked for. The
 * second part does it on two other machines, the third brings an app into production on three. Everything happens below the
 * temporary directory; it is removed at the end, after Ctrl-C or a failure too.
 */
import { openBerth, type TestBerth } from '../tests/support/berth.ts'
import { eventually } from '../tests/support/eventually.ts'
import { copyExample, type TestProject } from '../tests/support/project.ts'
import { processesOf } from '../tests/support/remove-home.ts'
import { tracesOf } from '../tests/support/traces.ts'
import { demoDeploy } from './demo-deploy.ts'
import { demoMachines, prepareAgents } from './demo-machines.ts'
import { chapter, heading, openTerminal } from './demo-terminal.ts'

const started = performance.now()
const interrupted = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => interrupted.abort())

const [berth, project] = await Promise.all([
  openBerth({ env: { NO_COLOR: process.env['NO_COLOR'] ?? '' } }),
  copyExample(),
])
const prepared = prepareAgents(interrupted.signal)
// whether it worked is asked where the agents are needed
prepared.catch(() => undefined)
try {
  await demo(berth, project)
  await demoMachines(interrupted.signal, prepared)
  await demoDeploy(interrupted.signal)
  console.log(heading(`Done in ${Math.round((performance.now() - started) / 1000)} s; nothing is left.`))
} catch (error) {
  if (!interrupted.signal.aborted) console.error(`\ndemo: ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = interrupted.signal.aborted ? 130 : 1
} finally {
  await Promise.all([berth.close(), project.remove()])
}

async function demo(berth: TestBerth, project: TestProject): Promise<void> {
  const terminal = openTerminal(berth, project, { signal: interrupted.signal })
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
