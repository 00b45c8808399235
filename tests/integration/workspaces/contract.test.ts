import { describe } from 'vitest'
import { workspacesContract } from '../../contracts/workspaces.ts'
import { openGitWorld } from '../../support/git-world.ts'

describe('workspaces made by copying and git', () => workspacesContract(openGitWorld))
