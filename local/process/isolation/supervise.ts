/**
 * The first program in a bubblewrap sandbox: runs the command given as its arguments, and ends as it ended. The whole
 * sandbox dies with it; so after a SIGTERM it first waits for the rest of its process group, since npm and shells end
 * at once and leave their server behind that still finishes its requests. Constant: no user text ever gets into it.
 */
export const SUPERVISE_SCRIPT = [
  // The shell's own remarks (`Terminated`) do not belong in the command's log.
  'exec 4>&2 2>/dev/null',
  // A handler, other than ignoring the signal, is not passed on to the command.
  "trap 'asked=yes' TERM",
  // The name in brackets may hold spaces and brackets: fields count from the last one; the third is the group.
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the shell's
  'group_of() { read -r line <"/proc/$1/stat" || return 1; set -- ${line##*) }; echo "$3"; }',
  'own=$(group_of $$)',
  'others() {',
  '  for folder in /proc/[0-9]*; do',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the shell's
  '    pid=${folder#/proc/}',
  '    [ "$pid" != 1 ] && [ "$pid" != $$ ] && [ "$(group_of "$pid")" = "$own" ] && return 0',
  '  done',
  '  return 1',
  '}',
  // In a subshell: with the redirection in this one, its remark on how the command ended would go there too.
  '(exec "$@" 2>&4 4>&-)',
  'code=$?',
  'while [ "$asked" = yes ] && others; do /bin/sleep 0.02; done',
  'exit "$code"',
].join('\n');
