"""What can be wrong with a backup, its making and its restoring: place, cause and remedy in both languages. Touches the wording of faults."""

import errno

from reports.faults import Fault
from surveys.questionnaire.sheets.bilingual import Kind, Text, Wording

CHECK_COPY = Text(
    "请换用另一份备份；如是从别处拷来的，重新拷贝后再验证。",
    "Use another backup; if it was copied from elsewhere, copy it again and verify.",
)


class BackupFaultKind(Kind):
    """Kinds of faults, by where they come up."""

    # The call.
    NO_LOCK = Wording(
        Text(
            "没有口令，也没有公钥，备份不能加密。",
            "There is neither a passphrase nor a key to encrypt the backup with.",
        ),
        Text(
            "请设置环境变量 DIAOYAN_BACKUP_PASSPHRASE，或加上 --recipient age1…（用 flask backup key 文件 生成）。",
            "Set DIAOYAN_BACKUP_PASSPHRASE, or add --recipient age1… (flask backup key FILE makes one).",
        ),
    )
    NO_OPENER = Wording(
        Text(
            "没有口令，也没有私钥文件，备份打不开。",
            "There is neither a passphrase nor a key file to open the backup with.",
        ),
        Text(
            "请设置环境变量 DIAOYAN_BACKUP_PASSPHRASE，或加上 --identity 私钥文件。",
            "Set DIAOYAN_BACKUP_PASSPHRASE, or add --identity FILE with the secret key.",
        ),
    )
    SHORT_PASSPHRASE = Wording(
        Text("口令不足{least}个字符。", "The passphrase has fewer than {least} characters."),
        Text(
            "请换一个长一些的口令，例如四五个不相干的词。",
            "Choose a longer one, four or five unrelated words for instance.",
        ),
    )
    BAD_RECIPIENT = Wording(
        Text("公钥写得不对。", "The key to encrypt to is not well formed."),
        Text("请完整粘贴以 age1 开头的一行。", "Paste the whole line that begins with age1."),
    )
    BAD_IDENTITY = Wording(
        Text("私钥文件不可用。", "The file with the secret key cannot be used."),
        Text(
            "请指向 flask backup key 或 age-keygen 生成的文件。",
            "Name the file that flask backup key or age-keygen made.",
        ),
    )
    PASSPHRASE_FILE = Wording(
        Text("口令文件读不到（{reason}）。", "The file with the passphrase cannot be read ({reason})."),
        Text(
            "请把口令写在该文件的第一行，并让运行服务的账号可读（chmod 600）。",
            "Write the passphrase into its first line, and let the account that serves read it (chmod 600).",
        ),
    )
    # Making one.
    CANNOT_WRITE = Wording(
        Text("写不进去（{reason}）。", "It cannot be written ({reason})."),
        Text(
            "请检查该文件夹是否存在、运行服务的账号可否写入，再做一次备份。",
            "See that the folder is there and that the account that serves may write to it, then back up again.",
        ),
    )
    DISK_FULL = Wording(
        Text(
            "磁盘已满，备份没有写成；以前的备份仍在。",
            "The disk is full, so no backup was written; earlier ones are still there.",
        ),
        Text(
            "请清理磁盘或换一个文件夹，再做一次备份。",
            "Free some space or choose another folder, then back up again.",
        ),
    )
    BAD_FOLDER = Wording(
        Text("这个文件夹不能用。", "This folder cannot be used."),
        Text(
            "请写完整路径，如 /var/lib/diaoyan/backups；不能放在网页能访问的文件夹里。",
            "Write the whole path, /var/lib/diaoyan/backups for instance; not a folder that pages are served from.",
        ),
    )
    NO_PLAN = Wording(
        Text("还没有设置备份。", "No backup has been set up."),
        Text("请先填写备份设置并保存。", "Fill in the settings of the backup and save them first."),
    )
    EXISTS = Wording(
        Text("文件已经存在。", "The file is there already."),
        Text("请换一个文件名：备份不会覆盖已有文件。", "Choose another name: a backup writes over nothing."),
    )
    NO_DATABASE = Wording(
        Text(
            "数据库还没有建立，没有可备份的内容。",
            "The database has not been made yet, so there is nothing to back up.",
        ),
        Text("请先运行 .venv/bin/flask upgrade。", "Run .venv/bin/flask db upgrade first."),
    )
    # Reading one.
    CANNOT_READ = Wording(
        Text("读不到（{reason}）。", "It cannot be read ({reason})."),
        Text("请检查路径和权限。", "Check the path and the rights."),
    )
    NOT_A_BACKUP = Wording(
        Text("这不是调研通的备份文件。", "This is no backup of Diaoyan."),
        Text("请选择 flask backup save 生成的文件。", "Choose a file that flask backup save made."),
    )
    WRONG_KEY = Wording(
        Text("口令或私钥不对，打不开。", "It does not open with this passphrase or key."),
        Text(
            "请核对口令；备份时用的是公钥的，用对应的私钥文件（--identity）。",
            "Check the passphrase; if it was locked to a key, name the file with its secret half (--identity).",
        ),
    )
    CUT_OFF = Wording(
        Text("文件不完整：读到{at}字节处就断了。", "The file is cut off: it ends after {at} bytes of content."),
        CHECK_COPY,
    )
    DAMAGED = Wording(
        Text(
            "文件已损坏：{at}字节以后的内容与写入时不同。",
            "The file is damaged: after {at} bytes it is not as it was written.",
        ),
        CHECK_COPY,
    )
    DIFFERENT = Wording(
        Text("“{part}”与清单不符：{what}。", "“{part}” is not as the manifest says: {what}."),
        CHECK_COPY,
    )
    # Restoring it.
    NOT_EMPTY = Wording(
        Text("这个实例里已有数据。", "There are data in this instance already."),
        Text(
            "请恢复到空实例；确要替换现有数据的，加上 --replace（现有数据会移到一旁保留）。",
            "Restore into an empty instance, or add --replace (what is there is moved aside and kept).",
        ),
    )
    SERVING = Wording(
        Text("服务正在运行。", "The server is running."),
        Text(
            "请先停止服务（systemctl stop diaoyan），再恢复。", "Stop it first (systemctl stop diaoyan), then restore."
        ),
    )
    NEWER = Wording(
        Text(
            "备份来自更新的版本（数据库结构 {head}），本程序不认识。",
            "The backup is of a newer version (database {head}) that this program does not know.",
        ),
        Text(
            "请先安装做备份时的版本或更新的版本，再恢复。",
            "Install the version that made it, or a newer one, then restore.",
        ),
    )
    DOES_NOT_FIT = Wording(
        Text(
            "表 {table} 的第{row}行写不进这个数据库（{reason}）。",
            "Row {row} of table {table} does not fit this database ({reason}).",
        ),
        Text(
            "没有改动任何内容。请恢复到备份时所用的数据库种类（{engine}）。",
            "Nothing was changed. Restore on the kind of database the backup was made on ({engine}).",
        ),
    )
    NOT_UPGRADED = Wording(
        Text("恢复出的数据库不能建立或升级。", "The restored database could not be made or upgraded."),
        Text("没有改动任何内容；原因见上。", "Nothing was changed; the reason stands above."),
    )


class BackupFault(Fault):
    """A backup that cannot be made, read or restored. `place` is the file, folder or table."""

    @property
    def is_wrong_call(self) -> bool:
        return self.kind in (BackupFaultKind.NO_LOCK, BackupFaultKind.NO_OPENER, BackupFaultKind.SHORT_PASSPHRASE)


def of_system(problem: OSError, place: object) -> BackupFault:
    """What the system refused, as a fault: a full disk is a kind of its own."""

    if problem.errno in (errno.ENOSPC, errno.EDQUOT):
        return BackupFault(BackupFaultKind.DISK_FULL, str(place))
    if problem.errno == errno.EEXIST:
        return BackupFault(BackupFaultKind.EXISTS, str(place))
    return BackupFault(BackupFaultKind.CANNOT_WRITE, str(place), reason=problem.strerror or type(problem).__name__)
