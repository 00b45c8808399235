import type { Output } from '../../../contract/routes.ts'
import { defineCommand, type Group, quietFlag, textFlag } from '../../command.ts'
import { runAndTell } from './run-in-app.ts'
import { ofContext } from './shared.ts'

type Job = Output<'job.list'>['jobs'][number]
type Run = Output<'job.runs'>['runs'][number]

const appArgument = { name: 'app', brief: 'its name' }
const jobArgument = { name: 'job', brief: 'name of the job' }

/** `berth jobs ls` */
const listCommand = defineCommand<{ quiet: boolean }, [string?]>({
  name: 'job.list',
  brief: 'What runs by the clock in an app, or in all',
  flags: { quiet: quietFlag },
  arguments: [{ ...appArgument, optional: true }],
  async run(context, flags, app) {
    const client = await context.client(flags.on)
    const data = await client.call('job.list', { ...(app === undefined ? {} : { app }), ...ofContext(flags) })
    if (flags.quiet) return { data, text: data.jobs.map((job) => `${job.app}/${job.name}`).join('\n') }
    if (data.jobs.length === 0)
      return { data, text: 'no jobs: [deploy.jobs] in berth.toml, or the label berth.schedule, makes one' }
    const text = context.ui.table<Job>(
      [
        { title: 'APP', value: (job) => job.app },
        { title: 'JOB', value: ({ name }) => name },
        { title: 'SCHEDULE', value: ({ schedule }) => schedule },
        { title: 'NEXT', value: ({ next }) => next ?? 'never' },
        { title: 'LAST', value: ({ last }) => last?.state ?? '-' },
        { title: 'AT', value: ({ last }) => last?.startedAt ?? '-' },
      ],
      data.jobs,
    )
    return { data, text }
  },
})

/** `berth jobs run` */
const runCommand = defineCommand<object, [string, string]>({
  name: 'job.run',
  brief: 'Run a job now, and see what it writes; its exit code is the command’s',
  arguments: [appArgument, jobArgument],
  run: (context, flags, app, job) => runAndTell(context, flags, { app, job }),
})

/** `berth jobs history` */
const historyCommand = defineCommand<{ quiet: boolean }, [string, string?]>({
  name: 'job.runs',
  brief: 'How the jobs of an app went, the newest first',
  flags: { quiet: quietFlag },
  arguments: [appArgument, { ...jobArgument, optional: true }],
  async run(context, flags, app, job) {
    const client = await context.client(flags.on)
    const data = await client.call('job.runs', { app, ...(job === undefined ? {} : { job }), ...ofContext(flags) })
    if (flags.quiet) return { data, text: data.runs.map(({ id }) => id).join('\n') }
    const text = context.ui.table<Run>(
      [
        { title: 'RUN', value: ({ id }) => id },
        { title: 'JOB', value: (run) => run.job ?? `(in ${run.service})` },
        { title: 'STATE', value: ({ state }) => state },
        { title: 'EXIT', value: ({ exitCode }) => (exitCode === null ? '' : String(exitCode)) },
        { title: 'STARTED', value: ({ startedAt }) => startedAt },
        { title: 'BY', value: ({ startedBy }) => startedBy },
      ],
      data.runs,
    )
    return { data, text }
  },
})

/** `berth jobs logs` */
const logsCommand = defineCommand<{ run?: string }, [string, string?]>({
  name: 'job.log',
  brief: 'What the last run of a job wrote',
  flags: { run: textFlag('which run; the last one otherwise', 'id') },
  arguments: [appArgument, { ...jobArgument, optional: true }],
  async run(context, flags, app, job) {
    const client = await context.client(flags.on)
    const data = await client.call('job.log', {
      app,
      ...(job === undefined ? {} : { job }),
      ...(flags.run === undefined ? {} : { run: flags.run }),
      ...ofContext(flags),
    })
    return { data, text: data.text.replace(/\n$/, '') }
  },
})

/** `berth jobs …` */
export const jobsGroup: Group = {
  brief: 'What runs by the clock in apps',
  commands: { ls: listCommand, run: runCommand, history: historyCommand, logs: logsCommand },
}
