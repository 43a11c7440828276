/// Eigenvalues of symmetric matrices; apart, because the method is much to compile.
#pragma once

#include <Eigen/Core>

namespace mixfarm {

struct EigenPairs {
    Eigen::VectorXd values;   ///< [n], rising
    Eigen::MatrixXd vectors;  ///< [n x n], a column each, of length 1
};

/// Of a symmetric [n x n] matrix; only its lower half is read.
EigenPairs eigen_pairs(const Eigen::MatrixXd& symmetric);

}  // namespace mixfarm
