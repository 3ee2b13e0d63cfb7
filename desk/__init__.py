"""The desk: a page in the browser for researchers who do not program. It asks, runs, reads and takes away.

What the page shows are plain files in one folder, the ones that the command line reads and writes there:

    NAME.yaml            a study, or a community of one's own, with the files that it names
    results/NAME/        what `linli run NAME.yaml` keeps; the desk performs runs by that very command
    .desk/               the queue, and what commands said

So the page, the browser or the server can end at any time: a study is written at every change, a run is kept the moment it
is finished, and the queue goes on when the desk is opened again. The store's lock keeps two programs from working in one
folder. The page computes no statistics: effects, verdicts, tables and figures are the program's own functions.

    folder    names and files, none outside of the folder
    texts     one key of a study's text is changed, the rest stays as it was written
    asking    what a text says, what is wrong with it and where, how large it is
    mistakes  the same in the words of the form, in both languages
    speed     how long this machine takes, as the last plan measured it
    line      the queue, and the one study that runs
    so_far    the runs that are finished, whether in blocks or waiting for theirs, and their effects
    reading   what a study that was run says, in both languages
    errands   commands and readings that take a while, in processes of their own
    moved     how far the command is that moves all assumed numbers
    session   all that a page can ask for
    app       who is let in
"""
