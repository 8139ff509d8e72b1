/* unmount [NEW] OLD: take NEW, or everything bound there, off the name OLD. */
#include "user/include/tool.h"

int
main(int argc, char **argv)
{
	flags(&argc, &argv, "", "[NEW] OLD");
	if (argc != 1 && argc != 2)
		usage("[NEW] OLD");
	if (unmount(argc == 2 ? argv[0] : NULL, argv[argc - 1]) < 0)
		die(argv[argc - 1]);
	return 0;
}
