import { describe } from 'vitest'
import { multiplexerContract } from '../../contracts/multiplexer.ts'
import { openTmux } from '../../support/tmux.ts'

describe('tmux', () => multiplexerContract(openTmux))
