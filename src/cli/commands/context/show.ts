import { defineCommand } from '../../command.ts'
import { type ContextView, contextArgument } from './shared.ts'

/** `berth context show` */
export const showCommand = defineCommand<object, [string?]>({
  name: 'context.show',
  brief: 'What a context holds; the one that is meant now unless named',
  arguments: [{ ...contextArgument, optional: true }],
  async run(context, flags, name) {
    const wanted = name ?? flags.context
    const data = await (await context.client(flags.on)).call(
      'context.show',
      wanted === undefined ? {} : { name: wanted },
    )
    return { data, text: describe(data.context) }
  },
})

function describe({ name, current, machines, apps, vaults }: ContextView): string {
  const lines = [
    ['machines', machines],
    ['apps here', apps],
    ['vaults', vaults],
  ] as const
  const held = lines.map(([title, names]) => `${title.padEnd(9)}  ${names.join(', ') || '-'}`)
  return [`${name}${current ? ', meant where no other context is named' : ''}`, '', ...held].join('\n')
}
