import type { DeployDocument } from '../../config/deploy-schema.ts'
import { AppError } from '../../errors.ts'
import type { ComposeModel } from '../../ports/compose-model.ts'
import { faultOfSchedule } from './due.ts'
import type { BundledJob } from './model.ts'

/** Label by which a compose file says that a service is a job: a cron expression. It then does not start with the app. */
export const scheduleLabel = 'berth.schedule'

/** How long a job may take unless it says otherwise, seconds. */
const usualTimeout = 3600

/** The jobs of an app: those of `[deploy.jobs]`, and services with the label. Throws JOB_INVALID. */
export function jobsOf(model: ComposeModel, tables: DeployDocument['jobs'] = {}): BundledJob[] {
  const labelled = scheduledServices(model).map((service): BundledJob => {
    const schedule = model.services[service]?.labels?.[scheduleLabel] ?? ''
    return { name: service, service, command: null, schedule, missed: 'skip', timeoutSeconds: usualTimeout }
  })
  const written = Object.entries(tables).map(([name, { service, command, schedule, missed, timeout }]): BundledJob => {
    const argv = typeof command === 'string' ? ['sh', '-c', command] : (command ?? null)
    const timeoutSeconds = timeout ?? usualTimeout
    return { name, service: service ?? name, command: argv, schedule, missed: missed ?? 'skip', timeoutSeconds }
  })
  for (const job of [...labelled, ...written]) checkJob(model, job)
  const twice = written.find(({ name }) => labelled.some((one) => one.name === name))
  if (twice) throw invalid(twice.name, `both berth.toml and the label ${scheduleLabel} say when it runs`)
  return [...labelled, ...written].toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

/** Services that run by the clock alone. */
export const scheduledServices = ({ services }: ComposeModel): string[] =>
  Object.keys(services).filter((name) => services[name]?.labels?.[scheduleLabel] !== undefined)

function checkJob(model: ComposeModel, { name, service, schedule }: BundledJob): void {
  if (!(service in model.services))
    throw invalid(name, `there is no service ${service}; there are ${Object.keys(model.services).join(', ')}`)
  const fault = faultOfSchedule(schedule)
  if (fault !== null) throw invalid(name, `its schedule "${schedule}" is no cron expression: ${fault}`)
}

const invalid = (job: string, why: string) =>
  new AppError('JOB_INVALID', `the job ${job} cannot be: ${why}`, { stage: 'bundle', details: { job } })
