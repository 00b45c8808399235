import { defineCommand, envArgument, projectFlag, switchFlag } from '../../command.ts'
import { envRef, runWithProgress } from './shared.ts'

/** `berth down` */
export const downCommand = defineCommand<{ project?: string; volumes: boolean }, [string]>({
  name: 'env.down',
  brief: "Stop an env's services; its data and workspace stay",
  details:
    'Containers and networks are removed; the next up makes them anew over the same data. --volumes removes the data too, and the workspace stays even then.',
  flags: { project: projectFlag, volumes: switchFlag('remove its data as well') },
  arguments: [envArgument],
  async run(context, flags, name) {
    const env = envRef(context, name, flags.project)
    const data = await runWithProgress(context, flags, 'env.down', `down ${name}`, { env, volumes: flags.volumes })
    return { data, text: `${data.env.project}/${data.env.name} is down` }
  },
})
