"""Stands in for setuptools while `pip download` fetches a source archive.

pip asks an archive's build backend for its metadata before it saves the archive, which would run the
archive's setup.py before anybody has checked the hash. This backend answers with the PKG-INFO that
every source archive carries and runs nothing.
"""

import email.parser
import os
import shutil
import sys


def prepare_metadata_for_build_wheel(metadata_directory, config_settings=None):
    with open("PKG-INFO", encoding="utf-8") as file:
        head = email.parser.Parser().parse(file, headersonly=True)
    folder = "%s-%s.dist-info" % (head["Name"].replace("-", "_"), head["Version"])
    os.makedirs(os.path.join(metadata_directory, folder))
    shutil.copy("PKG-INFO", os.path.join(metadata_directory, folder, "METADATA"))
    return folder


def get_requires_for_build_wheel(config_settings=None):
    return []


__legacy__ = sys.modules[__name__]
