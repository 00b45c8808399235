import { envArgument } from '../common.ts'

/** `<env> [session]` */
export const sessionArguments = {
  kind: 'tuple',
  parameters: [
    envArgument,
    {
      brief: 'the session; the running one started last unless said',
      parse: String,
      placeholder: 'session',
      optional: true,
    },
  ],
}
