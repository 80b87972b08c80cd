/// Whether the number behind `Mar 7 09:05:01` is the year or a process that happens to have its digits.
enum TrailingYear {
    /// Years repeat and stand in every line of their kind; process numbers do not.
    static func isYear(in lines: [LineBytes], _ scanner: inout FieldScanner) -> Bool {
        var years: Set<Int32> = []
        var with = 0
        var without = 0
        scanner.takesTrailingYear = true
        for line in lines {
            scanner.begin(line)
            for column in 0..<4 where scanner.field(column).kind == .stamp {
                guard let stamp = scanner.stamp(ofField: column) else { continue }
                if stamp.parts.contains(.trailingYear) {
                    with += 1
                    if years.count < 4 { years.insert(stamp.year) }
                } else if stamp.parts.contains([.date, .time]), !stamp.parts.contains(.year) {
                    without += 1
                }
                break
            }
        }
        return years.count < 4 && (years.count <= 1 || Double(with) >= 0.5 * Double(with + without))
    }
}
