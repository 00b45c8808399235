import { array, assert, asyncProperty, constantFrom, oneof, sample, string } from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createLocalHost } from '../../../src/adapters/host/local-host.ts'
import { createSshHost } from '../../../src/adapters/ssh/ssh-host.ts'
import { exec } from '../../../src/lib/exec.ts'
import { quoteCommand, quoteLine } from '../../../src/lib/quote.ts'
import { openSshd, type TestSshd } from '../../support/sshd.ts'

let sshd: TestSshd
beforeAll(async () => {
  sshd = await openSshd()
})
afterAll(() => sshd.close())

const argument = oneof(
  string({ unit: 'binary', maxLength: 40 }),
  string({ unit: constantFrom(...Array.from('\'"\\ \n\t$`!*?[]{}()<>|&;#~-=%^\r'), 'é', '𝔹'), maxLength: 20 }),
).filter((text) => !text.includes('\0') && text.isWellFormed())

/** Prints its arguments in a form nothing can be lost in. */
const print = ['sh', '-c', 'for a; do printf %s "$a" | od -An -v -tx1 | tr -d " \\n"; echo; done', 'print']
const printed = (argv: readonly string[]) => argv.map((each) => `${Buffer.from(each).toString('hex')}\n`).join('')

test('an argument list is the same list when a shell has read it', async () => {
  await assert(
    asyncProperty(array(argument, { maxLength: 4 }), async (argv) => {
      const { stdout } = await exec(['sh', '-c', quoteCommand([...print, ...argv])])
      expect(stdout).toBe(printed(argv))
    }),
    { numRuns: 60 },
  )
})

test.each([['dash'], ['bash', '--posix'], ['busybox', 'sh']])(
  'and when %s has read it as a line, one after the other',
  async (...shell) => {
    const lists = sample(array(argument, { maxLength: 4 }), 200)
    const script = `nl='\n'\nwhile IFS= read -r line; do eval "set -- $line"; ${print[2]}; echo; done`
    const input = lists.map((argv) => `${quoteLine(argv)}\n`).join('')
    const { stdout } = await exec([...shell, '-c', script], { input })
    expect(stdout).toBe(lists.map((argv) => `${printed(argv)}\n`).join(''))
  },
)

test('and when ssh, the login shell there and a shell in it have read it', async () => {
  const host = createSshHost(createLocalHost(), { destination: 'box', config: sshd.config })
  const all = sample(argument, 400)
  const { stdout } = await host.run([...print, ...all])
  expect(stdout).toBe(printed(all))
  const env = { PATH: process.env['PATH'], VALUE: all.join('\u0001') }
  const value = await host.run(['sh', '-c', 'printf %s "$VALUE"'], { env })
  expect(value.stdout).toBe(env.VALUE)
})
