import type { Output } from '../../../contract/routes.ts'
import { defineCommand, numberFlag, yesFlag } from '../../command.ts'
import { meantMachines } from '../../machines-named.ts'
import { confirm } from '../../ui/confirm.ts'
import { runWithProgress } from '../env/shared.ts'
import { ofContext, whoAsks } from './shared.ts'

type Pruned = Output<'app.prune'>

/** `berth prune` */
export const pruneCommand = defineCommand<{ keep?: number }, [string]>({
  name: 'app.prune',
  brief: 'Remove releases of an app that are not kept, their images, and what ended deployments left',
  details:
    'A deploy does that by itself, and keeps as many releases as [deploy] retention says. Never what runs, what can be gone back to at once, an image that a container uses, or anything that is not Berth’s. Data stays.',
  examples: [['berth prune shop --keep 2 --on prod-1,prod-2', 'only the last two releases stay']],
  flags: { keep: numberFlag('how many releases stay; [deploy] retention otherwise', 'releases'), yes: yesFlag },
  arguments: [{ name: 'app', brief: 'its name' }],
  async run(context, flags, app) {
    if (flags.keep !== undefined)
      await confirm(context, flags.yes, `keep only the last ${flags.keep} releases of ${app}?`)
    const machines: (Pruned & { machine: string })[] = []
    for (const machine of await meantMachines(context, flags)) {
      const { on: _, ...rest } = flags
      const there = machine === 'local' ? rest : { ...rest, on: machine }
      const keep = flags.keep === undefined ? {} : { keep: flags.keep }
      const input = { app, ...keep, by: whoAsks(), ...ofContext(flags) }
      machines.push({ machine, ...(await runWithProgress(context, there, 'app.prune', `prune ${app}`, input)) })
    }
    return { data: { machines }, text: machines.map(describe).join('\n') }
  },
})

function describe({ machine, releases, images, projects }: Pruned & { machine: string }): string {
  const where = machine === 'local' ? '' : `on ${machine}: `
  const parts = [
    ...(releases.length > 0 ? [`releases ${releases.join(', ')}`] : []),
    ...(images.length > 0 ? [`${images.length} images`] : []),
    ...(projects.length > 0 ? [`what ${projects.length} deployments had left`] : []),
  ]
  return `${where}${parts.length === 0 ? 'nothing to remove' : `removed ${parts.join(', ')}`}`
}
