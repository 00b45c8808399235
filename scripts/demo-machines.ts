import { execFile } from 'node:child_process'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { eventually } from '../tests/support/eventually.ts'
import { type Lab, type LabHost, raiseLab } from '../tests/support/lab.ts'
import { agentsDirectory, type LabModel, putAgentOn, startLabModel } from '../tests/support/lab-agents.ts'
import { copyExample } from '../tests/support/project.ts'
import { chapter, heading, openTerminal, type Terminal } from './demo-terminal.ts'

const images = ['berth/nginx:local', 'berth/node:local', 'berth/postgres:local']

/** What the example needs that git does not hold, and that is only sent when asked for. */
const send = '--send .env --send api/node_modules/'

/** The agent that works on each machine. */
const agents: { name: string; host: LabHost }[] = [
  { name: 'claude', host: 'h1' },
  { name: 'codex', host: 'h2' },
]

const possible = () => userInfo().uid === 0 && process.platform === 'linux'

/**
 * Installs the agents the second half needs, the real ones from npm: a minute where they are not in the cache yet, for
 * which nobody has to wait before they are used.
 */
export async function prepareAgents(signal: AbortSignal): Promise<void> {
  if (!possible()) return
  const names = agents.map(({ name }) => name)
  await promisify(execFile)('sh', [join(import.meta.dirname, 'agent-clis.sh'), ...names], { signal })
}

/**
 * The second half: the same project on two other machines, which are namespaces of this one with an sshd, an engine and a
 * disk of their own. Says so where they cannot be made.
 */
export async function demoMachines(signal: AbortSignal, prepared: Promise<void>): Promise<void> {
  if (!possible()) {
    console.log(heading('The second half needs root on Linux: it makes two machines out of this one.'))
    return
  }
  await prepared
  const share = { LAB_SHARE: agentsDirectory(agents.map(({ name }) => name)) }
  const [lab, project] = await Promise.all([raiseLab({ hosts: 2, env: share }), copyExample()])
  let model: LabModel | undefined
  try {
    const { url } = (model = await startLabModel(lab))
    await Promise.all([
      ...lab.hosts.map((host) => lab.loadImages(host, images)),
      ...agents.map(({ name, host }) => putAgentOn(lab, host, { name, model: url })),
    ])
    const berth = await lab.openBerth({ env: { NO_COLOR: process.env['NO_COLOR'] ?? '' } })
    await onMachines(lab, openTerminal(berth, project, { signal, within: lab.within }))
  } finally {
    await model?.close()
    await Promise.all([lab.close(), project.remove()])
  }
}

async function onMachines(lab: Lab, terminal: Terminal): Promise<void> {
  await chapter('Two more machines: SSH is all they have.', terminal, [
    'berth connect h1 --name big-box',
    'berth connect h2',
    'berth machines',
  ])
  await chapter('The machine is a flag. What git does not hold stays here unless you send it.', terminal, [
    `berth up tea --on big-box ${send}`,
    `berth up coffee --on h2 ${send}`,
    'berth ls',
  ])
  await chapter('Two agents, each in its own env on its own machine (their model is a script of ours).', terminal, [
    'berth run claude tea "Write Earl Grey, strong into leaves.txt." --unattended --detach --on big-box',
    'berth run codex coffee "Write Espresso, short into beans.txt." --unattended --detach --on h2',
    'berth sessions',
  ])
  await eventually(async () => {
    await terminal.expect('berth run tea --no-up --on big-box -- cat leaves.txt', 'Earl Grey, strong')
    await terminal.expect('berth run coffee --no-up --on h2 -- cat beans.txt', 'Espresso, short')
  }, 60_000)
  await chapter('What they did comes back when you want it.', terminal, [
    'berth diff tea --on big-box',
    'berth merge tea --on big-box --message "Tea, by claude"',
    'berth merge coffee --on h2 --message "Coffee, by codex"',
    'git log --oneline --stat --max-count=2 --no-merges',
  ])
  await chapter('Work there as here: containers, commands, exit codes.', terminal, [
    `berth exec tea db --on big-box -- psql -U shop -c "INSERT INTO items (name) VALUES ('Earl Grey')"`,
    `berth run tea --on big-box -- sh -c 'echo "$BERTH_PROJECT/$BERTH_ENV runs on $(hostname)"'`,
  ])
  console.log(heading('Their names lead there from here.'))
  await eventually(
    () => terminal.expect('curl -sf http://api.tea.big-box.localhost:7080/items', '[{"id":1,"name":"Earl Grey"}]'),
    30_000,
  )
  await terminal.show('curl -s http://api.tea.big-box.localhost:7080/items')
  console.log(heading('A machine is rebooted; its row says so, and it comes back with what ran there.'))
  await lab.fault('kill', 'h2')
  await terminal.show('berth ls')
  await lab.fault('start', 'h2')
  await eventually(() => terminal.expect(`berth ls --on h2 --json | grep -o '"state":"up"'`, '"state":"up"'), 120_000)
  await terminal.show('berth ls')
  await chapter('And gone from there too.', terminal, [
    'berth destroy tea --on big-box --yes',
    'berth destroy coffee --on h2 --yes',
    'berth disconnect big-box --purge --yes',
    'berth disconnect h2 --purge --yes',
    'berth machines',
    'berth daemon stop',
  ])
}
