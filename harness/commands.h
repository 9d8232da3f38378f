/* commands: one function per word of `podtest WORD …`; podtest.c has the table. All answer an exit code. */
#pragma once

int cmd_run(int argc, char **argv);
int cmd_replay(int argc, char **argv);
int cmd_shrink(int argc, char **argv);
int cmd_list(int argc, char **argv);
int cmd_render(int argc, char **argv);
int cmd_lint(int argc, char **argv);
int cmd_explain(int argc, char **argv);
int cmd_coverage(int argc, char **argv);
int cmd_report(int argc, char **argv);
int cmd_diff(int argc, char **argv);
int cmd_doctor(int argc, char **argv);
int cmd_clean(int argc, char **argv);
int cmd_mutants(int argc, char **argv);
int cmd_image(int argc, char **argv);
int cmd_completion(int argc, char **argv);
int cmd_janitor(int argc, char **argv); /* podtest's own: not in the help */
