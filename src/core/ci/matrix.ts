import { closest } from '../../lib/closest.ts'
import { quoteCommand } from '../../lib/quote.ts'
import { AppError } from '../errors.ts'
import type { Stage, StageCommand } from './model.ts'

/** Axes by name, each with its values, in the order of the config. */
export type Matrix = Readonly<Record<string, readonly (string | number | boolean)[]>>

/** More than so many of one stage are a slip of the pen. */
const mostInstances = 256

/** A stage with the axes it is to be run along; null: once. */
export interface MatrixStage {
  stage: Stage
  matrix: Matrix | null
}

/**
 * Each stage once for each combination of its axes' values, `test (node=20, db=pg)`, with the values in MATRIX_NODE and in
 * place of `${{ matrix.node }}`. Whoever depends on such a stage depends on those of the same values where it has the same
 * axes, else on all of them. Throws CONFIG_INVALID.
 */
export function expandMatrices(stages: readonly MatrixStage[]): Stage[] {
  const all = stages.flatMap(instancesOf)
  return all.map((stage) => ({ ...stage, dependsOn: stage.dependsOn.flatMap((name) => meant(all, stage, name)) }))
}

function instancesOf({ stage, matrix }: MatrixStage): Stage[] {
  if (matrix === null) return [stage]
  const count = Object.values(matrix).reduce((product, values) => product * values.length, 1)
  if (count > mostInstances)
    throw invalid(
      stage,
      `its matrix makes ${count} stages of it, more than ${mostInstances}`,
      'take some values out of it',
    )
  return combinations(matrix).map((axes) => instance(stage, axes))
}

type Axes = Record<string, string>

/** All of them; the last axis changes fastest. */
function combinations(matrix: Matrix): Axes[] {
  return Object.entries(matrix).reduce<Axes[]>(
    (before, [axis, values]) => before.flatMap((axes) => values.map((value) => ({ ...axes, [axis]: String(value) }))),
    [{}],
  )
}

function instance(stage: Stage, axes: Axes): Stage {
  const pairs = Object.entries(axes).map(([axis, value]) => `${axis}=${value}`)
  const put = (text: string) => replaced(stage, text, Object.keys(axes), (axis) => axes[axis])
  const command = (given: StageCommand) => commandFor(stage, given, axes, put)
  const own = Object.entries(stage.env).map(([name, value]) => [name, put(value)] as const)
  const variables = Object.entries(axes).map(([axis, value]) => [variableOf(axis), value] as const)
  return {
    ...stage,
    name: `${stage.name} (${pairs.join(', ')})`,
    axes,
    command: command(stage.command),
    fix: stage.fix === null ? null : command(stage.fix),
    directory: put(stage.directory),
    inputs: stage.inputs.map(put),
    env: Object.fromEntries([...variables, ...own]),
  }
}

/** A shell is told of the variable, so that no value is ever read as shell; a list of words takes the value itself. */
function commandFor(
  stage: Stage,
  { argv, text }: StageCommand,
  axes: Axes,
  put: (text: string) => string,
): StageCommand {
  if (argv[0] !== '/bin/sh' || argv[1] !== '-c') {
    const words = argv.map(put)
    return { argv: words, text: quoteCommand(words) }
  }
  const line = replaced(stage, text, Object.keys(axes), (axis) =>
    axis in axes ? `\${${variableOf(axis)}}` : undefined,
  )
  return { argv: ['/bin/sh', '-c', line], text: line }
}

const placeholder = /\$\{\{\s*matrix\.(\w+)\s*\}\}/g

function replaced(
  stage: Stage,
  text: string,
  axisNames: readonly string[],
  value: (axis: string) => string | undefined,
): string {
  return text.replaceAll(placeholder, (_, axis: string) => {
    const found = value(axis)
    if (found !== undefined) return found
    const near = closest(axis, axisNames)
    throw invalid(
      stage,
      `its matrix has no axis ${axis}`,
      near === undefined ? 'name one it has' : `did you mean ${near}?`,
    )
  })
}

const variableOf = (axis: string) => `MATRIX_${axis.toUpperCase()}`

/** The stages a name in depends_on stands for. */
function meant(all: readonly Stage[], { axes }: Stage, name: string): string[] {
  const instances = all.filter(({ base }) => base === name)
  const near = instances.filter((one) =>
    Object.entries(one.axes).every(([axis, value]) => (axes[axis] ?? value) === value),
  )
  return instances.length === 0 ? [name] : (near.length > 0 ? near : instances).map((one) => one.name)
}

const invalid = ({ base }: Stage, what: string, hint: string) =>
  new AppError('CONFIG_INVALID', `stage ${base}: ${what}`, { hint })
