// SPDX-License-Identifier: GPL-3.0-only
#include "server/app/program.h"

int main(int argc, char *argv[])
{
    return memorykv::runServer(argc, argv);
}
