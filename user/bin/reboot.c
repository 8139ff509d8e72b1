/* reboot: begin again. */
#include "user/include/tool.h"

int
main(int argc, char **argv)
{
	flags(&argc, &argv, "", "");
	if (argc != 0)
		usage("");
	dev_command("/dev", "#cons", "sysctl", "reboot");
	return 0;
}
