import { type Argument, envArgument } from '../../command.ts'

/** `<env> [session]` */
export const sessionArguments: readonly Argument[] = [
  envArgument,
  {
    name: 'session',
    brief: 'the session; the running one started last unless said',
    optional: true,
    complete: 'session',
  },
]
