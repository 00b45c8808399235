/** Whether a text can be a branch: as git-check-ref-format(1) has it, and nothing a shell or an option parser could stumble over. */
export const isBranchName = (text: string): boolean =>
  /^[\w][\w./+@-]{0,199}$/.test(text) && !/\.\.|@\{|\/\/|\.lock(\/|$)|[./]$|\/\./.test(text)
