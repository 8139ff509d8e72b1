/* poweroff [STATUS]: end the machine; under QEMU with debug-exit, with a status. */
#include "user/include/tool.h"

int
main(int argc, char **argv)
{
	unsigned long status;
	char cmd[32] = "poweroff";

	flags(&argc, &argv, "", "[STATUS]");
	if (argc > 1 || (argc == 1 && (!number(argv[0], &status) || status > 255)))
		usage("[STATUS]");
	if (argc == 1)
		snprintf(cmd, sizeof cmd, "poweroff %lu", status);
	dev_command("/dev", "#cons", "sysctl", cmd);
	return 0;
}
