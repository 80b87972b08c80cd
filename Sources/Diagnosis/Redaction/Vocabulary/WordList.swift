/// Words that are looked up without regard to case.
///
/// Few and short, so they are compared one by one after a look at their length.
struct WordList: Sendable {
    private let byLength: [[[UInt8]]]

    /// Takes words of ASCII in lower case, separated by spaces.
    init(_ words: String) {
        var lists: [[[UInt8]]] = []
        for word in words.utf8.split(separator: 0x20) {
            while lists.count <= word.count { lists.append([]) }
            lists[word.count].append(Array(word))
        }
        byLength = lists
    }

    /// Whether the text in the range is one of the words.
    func contains(_ text: TextView, _ range: Range<Int>) -> Bool {
        guard range.count < byLength.count else { return false }
        return byLength[range.count].contains { word in
            for (place, byte) in word.enumerated()
            where lowercased(text[range.lowerBound + place]) != byte { return false }
            return true
        }
    }
}

/// Names of accounts that systems bring along: they are nobody's, and say much to who diagnoses.
enum SystemAccount {
    private static let names = WordList(
        """
        root admin administrator nobody daemon system guest anonymous unknown null none nil git www-data \
        nginx apache postgres mysql mongodb redis rabbitmq elastic kafka hadoop hdfs yarn zookeeper spark \
        default user username test service nt_authority local_service network_service bin sys sync mail \
        uucp lp games news proxy backup nfs sshd ntp dbus syslog messagebus ubuntu ec2-user centos debian vagrant docker jenkins runner sa \
        oracle ftp operator www public true false undefined na n/a - anyone everyone self me current
        """)

    static func isOne(_ text: TextView, _ range: Range<Int>) -> Bool { names.contains(text, range) }
}

/// Endings of files that could be taken for the top of a domain.
enum FileExtension {
    private static let names = WordList(
        """
        png jpg jpeg gif svg webp ico css js mjs ts tsx jsx json xml html htm txt log gz zip tar jar war \
        class java kt py rb php go rs c h cpp hpp cs swift sh bat exe dll so dylib md yml yaml toml ini \
        conf cfg properties csv tsv pdf doc docx xls xlsx ppt mp3 mp4 mov avi woff woff2 ttf eot map lock \
        sql db bak tmp pid sock key pem crt cer local service target mount timer socket slice scope
        """)

    static func isCommon(_ text: TextView, _ range: Range<Int>) -> Bool {
        names.contains(text, range) && !text.hasCaseless("local", at: range.lowerBound)
    }
}
