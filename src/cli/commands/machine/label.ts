import { defineCommand } from '../../command.ts'
import { usage } from '../../failure.ts'
import { contextOf, machineArgument } from './shared.ts'

/** `berth machine label` */
export const machineLabelCommand = defineCommand<object, [string, ...string[]]>({
  name: 'machine.label',
  brief: 'Give a machine labels, by which --on names several at once',
  details: 'KEY=VALUE or KEY sets a label, KEY- takes it away. --on label=role=web then means all that have it.',
  examples: [
    ['berth machine label prod-1 role=web', 'berth deploy --on label=role=web'],
    ['berth machine label prod-1 role-', 'without it again'],
  ],
  arguments: [
    machineArgument,
    { name: 'label', brief: 'key=value, key, or key- to take it away', repeat: true, optional: true },
  ],
  async run(context, flags, name, ...words) {
    const empty = words.find((word) => word.startsWith('=') || word === '-' || word === '')
    if (empty !== undefined) throw usage(`${empty || "''"} is no label`, 'berth machine label prod-1 role=web')
    const isRemoval = (word: string) => word.endsWith('-') && !word.includes('=')
    const pairs = words.filter((word) => !isRemoval(word)).map((word) => word.split(/=(.*)/s))
    const data = await (await context.client()).call('machine.label', {
      context: contextOf(flags),
      name,
      set: Object.fromEntries(pairs.map(([key = '', value = '']) => [key, value])),
      remove: words.filter(isRemoval).map((word) => word.slice(0, -1)),
    })
    return { data, text: `${name}: ${showLabels(data.machine.labels) || 'no labels'}` }
  },
})

/** `eu role=web` */
export const showLabels = (labels: Readonly<Record<string, string>>): string =>
  Object.entries(labels)
    .map(([key, value]) => (value === '' ? key : `${key}=${value}`))
    .join(' ')
