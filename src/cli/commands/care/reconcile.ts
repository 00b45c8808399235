import { defineCommand, envArgument, projectFlag } from '../../command.ts'
import { envRef, runWithProgress } from '../env/shared.ts'

/** `berth reconcile` */
export const reconcileCommand = defineCommand<{ project?: string }, [string?]>({
  name: 'care.reconcile',
  brief: 'Make envs what was last asked: up again what ended, down what should not run',
  details: 'All envs, or one. An env that is as it should be is left alone, so it can be repeated at will.',
  flags: { project: projectFlag },
  arguments: [{ ...envArgument, optional: true }],
  async run(context, flags, name) {
    const env = name === undefined ? {} : { env: envRef(context, name, flags.project) }
    const data = await runWithProgress(context, flags, 'care.reconcile', 'reconcile', env)
    const lines = [
      ...data.settled.map((one) => `${one.project}/${one.name} is as it should be again`),
      ...data.failed.map(({ project, name: env, error }) => `${project}/${env}: ${error.message}\n  ${error.hint}`),
    ]
    const text = lines.join('\n') || 'everything is as it should be'
    return { data, text, exitCode: data.failed.length > 0 ? 1 : 0 }
  },
})
