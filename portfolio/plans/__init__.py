"""The shipped plans and public facts as data files, one folder per district, and their loader."""
