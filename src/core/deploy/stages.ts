import { AppError, toAppError } from '../errors.ts'
import type { Step } from '../operations/model.ts'

/** Where in a deploy something failed: the `stage` of every failure of one, in text, JSON and events. */
export const deployStages = {
  bundle: 'making the release',
  preflight: 'looking at the machines',
  lock: 'taking the app’s lock',
  upload: 'sending images and the release',
  image: 'finding the images on the machine',
  ingress: 'seeing that the ingress runs',
  'in-place': 'updating services that cannot run twice',
  start: 'starting the new version',
  probe: 'asking whether it works',
  canary: 'sending it a share of the requests',
  switch: 'sending it all requests',
  watch: 'watching it with all requests',
  drain: 'ending the version before',
  rollback: 'choosing the release to go back to',
} as const

export type DeployStage = keyof typeof deployStages

/** Words of other rooms for our stages. */
const others: Readonly<Record<string, DeployStage>> = { health: 'probe' }

/** The failure with the stage it belongs to; one that says itself which of ours it is keeps it. */
export function atStage(thrown: unknown, stage: DeployStage): AppError {
  const error = toAppError(thrown)
  const said = error.stage === undefined ? undefined : (others[error.stage] ?? error.stage)
  const own = said !== undefined && said in deployStages ? said : stage
  if (error.stage === own) return error
  const { code, message, hint, details } = error
  return new AppError(code, message, { hint, details, stage: own, cause: thrown })
}

/** Work whose failures say at which stage they happened. */
export async function withStage<T>(stage: DeployStage, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (thrown) {
    throw atStage(thrown, stage)
  }
}

/** A step whose failures say at which stage they happened. */
export function staged({ stage, ...step }: Step & { stage: DeployStage }): Step {
  return { ...step, stage, run: () => withStage(stage, () => step.run()) }
}
