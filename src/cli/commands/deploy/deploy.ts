import { strategies } from '../../../contract/choices.ts'
import { choiceFlag, defineCommand, numberFlag, switchFlag, textFlag } from '../../command.ts'
import { usage } from '../../failure.ts'
import { namedMachines } from '../../machines-named.ts'
import { noteFirstUse } from '../vault/shared.ts'
import { cancelDeploys, resumeDeploy } from './left-off.ts'
import { type DeployFlags, deployHere, deployOver, orderOf } from './over-machines.ts'
import { describePlan, planOf } from './plan.ts'
import { makeRelease } from './release.ts'
import { ofContext } from './shared.ts'

/** `berth deploy` */
export const deployCommand = defineCommand<DeployFlags, [string?]>({
  name: 'deploy.run',
  brief: 'Bring the project into production without losing a request',
  details:
    'The new version starts beside the old one, is asked whether it works, and takes the requests; it is watched for a while, and goes back should it die; then the old one ends. When it does not work, the old one stays.\n\nServices that cannot run twice, such as a database, are replaced in place: --dry-run says which, and why.\n\n--on names machines: a,b, all, or label=web. serial takes one after the other, and none after a failure; rolling --max-parallel many at a time, the next once those were watched; canary one first, or with --share some of its requests, then the rest; parallel all at once. What was left off goes on with --resume.',
  examples: [
    ['berth deploy', 'the project here'],
    ['berth deploy --dry-run --on all', 'what would be done, and in which order'],
    ['berth deploy shop --on prod-1,prod-2', 'on other machines'],
    ['berth deploy --on label=web --strategy canary --share 10', 'a tenth of the requests first'],
    ['berth deploy shop --resume', 'go on with what was left off'],
  ],
  flags: {
    dryRun: switchFlag('only show what would be done'),
    allowPlaintextSecrets: switchFlag('take secrets that are written in the compose file'),
    breakLock: switchFlag('take over from somebody whose deploy is known to be dead'),
    strategy: choiceFlag('how several machines follow each other', strategies),
    maxParallel: numberFlag('machines at once', 'number'),
    canary: textFlag('the machine that goes first', 'machine', 'machine'),
    share: numberFlag('the requests the canary gets first', 'percent'),
    bake: numberFlag('how long a new version is watched', 'seconds'),
    continueOnError: switchFlag('go on with the other machines when one fails'),
    wait: switchFlag('end only once the new version was watched for its time'),
    resume: switchFlag('go on with a deploy over several machines that was left off'),
    cancel: switchFlag('end the deploy that is under way; what it did is undone'),
  },
  arguments: [{ name: 'app', brief: "its name; berth.toml's or the project's otherwise", optional: true }],
  async run(context, flags, app) {
    if (flags.resume && flags.cancel) throw usage('--resume and --cancel exclude each other', 'berth deploy --help')
    if (flags.cancel) return cancelDeploys(context, flags, app)
    if (flags.resume) return resumeDeploy(context, flags, app)
    const machines = await namedMachines(context, flags)
    const release = await makeRelease(context, flags, app)
    noteFirstUse(context, release.firstUse)
    const order = orderOf(flags, machines, release.bundle.settings)
    if (flags.dryRun) {
      const client = await context.client()
      const plan = await client.call('deploy.plan', order)
      const ask = { ...ofContext(flags), app: release.bundle.app, images: [] }
      const ingress = machines.includes('local') ? (await client.call('deploy.preflight', ask)).ingress : null
      return { data: planOf(release, plan, ingress), text: describePlan(release, plan, ingress) }
    }
    const isHere = machines.length === 1 && machines[0] === 'local'
    return isHere ? deployHere(context, flags, release, order) : deployOver(context, flags, release, order)
  },
})
