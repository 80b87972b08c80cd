/// `45 s`, `18 min`, `5 h 19 min`, `2 d 5 h`.
package func durationWords(seconds: Int64) -> String {
    let minutes = max(0, seconds) / 60
    if minutes == 0 { return "\(max(0, seconds)) s" }
    if minutes < 60 { return "\(minutes) min" }
    if minutes < 24 * 60 {
        return minutes % 60 == 0 ? "\(minutes / 60) h" : "\(minutes / 60) h \(minutes % 60) min"
    }
    let hours = minutes / 60
    return hours % 24 == 0 ? "\(hours / 24) d" : "\(hours / 24) d \(hours % 24) h"
}
