/** The contract of a ResolverSetup as documents: the real one runs where there is no test runner, in a namespace of its own. */
import type { ResolverWish } from '../../src/core/names/resolver-model.ts'
import type { ResolverSetup } from '../../src/core/ports/names.ts'

const command = ['berth', 'setup', '--suffix', 'a b']
const stepsOf = async (setup: ResolverSetup, wish: ResolverWish) => {
  const { undo, steps } = await setup.plan(wish)
  return { undo: undo.length > 0, steps: steps.length > 0 }
}

/** Sets up and takes back with root; tells what came of it. */
export async function setUpAndBack(setup: ResolverSetup, wish: ResolverWish) {
  const plan = await setup.plan(wish)
  const planned = await setup.current()
  await setup.apply(plan, command)
  const record = await setup.current()
  const again = await stepsOf(setup, wish)
  const another = await stepsOf(setup, { ...wish, suffix: 'other.test' })
  const undo = await setup.planUndo()
  await setup.undo(command)
  const after = await setup.current()
  await setup.undo(command)
  return {
    planned,
    recorded:
      record !== null && record.wish.home === wish.home && record.service.listen.port === plan.service.listen.port,
    again,
    another,
    undo: { steps: undo.steps.length > 0, warnings: undo.warnings },
    after,
    afterAgain: await setup.planUndo(),
  }
}

/** What has to come of it on every machine. */
export const wasSetUpAndBack: Awaited<ReturnType<typeof setUpAndBack>> = {
  planned: null,
  recorded: true,
  again: { undo: false, steps: false },
  another: { undo: true, steps: true },
  undo: { steps: true, warnings: [] },
  after: null,
  afterAgain: { steps: [], warnings: [] },
}

/** Tries it without root, where nothing is set up. */
export async function setUpWithoutRoot(setup: ResolverSetup, wish: ResolverWish) {
  const plan = await setup.plan(wish)
  const refused = await setup.apply(plan, command).catch((error: { code?: string; hint?: string }) => error)
  const undo = await setup.planUndo()
  await setup.undo(command)
  return {
    steps: plan.steps.length > 0,
    code: refused?.code,
    hint: refused?.hint,
    current: await setup.current(),
    undo,
  }
}

/** What has to come of that. */
export const wasRefused: Awaited<ReturnType<typeof setUpWithoutRoot>> = {
  steps: true,
  code: 'NEEDS_ROOT',
  hint: "sudo berth setup --suffix 'a b'",
  current: null,
  undo: { steps: [], warnings: [] },
}
