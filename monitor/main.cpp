// SPDX-License-Identifier: GPL-3.0-only
#include "monitor/ui/program.h"

int main(int argc, char *argv[])
{
    return memorykv::runMonitor(argc, argv);
}
